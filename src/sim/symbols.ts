/** Symbols that people recognise on a screen; the books behind them are invented. */
const FAMILIAR = (
  'AAPL MSFT NVDA AMZN META GOOGL AVGO TSLA COST NFLX AMD PEP ADBE LIN CSCO TMUS INTU QCOM TXN AMGN ISRG CMCSA ' +
  'AMAT HON BKNG VRTX PANW ADP GILD SBUX MU INTC ADI LRCX REGN MELI KLAC MDLZ PYPL CDNS SNPS CRWD MAR ASML CTAS ' +
  'FTNT CSX ORLY QQQ SPY'
).split(' ');

const LETTERS = 26;
const INVENTED_LETTERS = 4;

/** A ticker for an instrument's index: a familiar one first, then ZAAA, ZAAB… */
export function symbolName(index: number): string {
  if (index < FAMILIAR.length) return FAMILIAR[index];
  let rest = index - FAMILIAR.length;
  let name = '';
  for (let i = 0; i < INVENTED_LETTERS; i++) {
    name = String.fromCharCode(65 + (rest % LETTERS)) + name;
    rest = Math.floor(rest / LETTERS);
  }
  return `Z${name}`;
}
