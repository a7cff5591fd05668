import { CaptureFile } from '../capture/capture-bytes.ts';
import type { HeldDatagram } from '../capture/ordered-datagrams.ts';
import type { WarmlineConfig } from '../config/schema.ts';
import type { FlowSource } from './flow-source.ts';
import { ItchFileFlow, isItchFile } from './itch-file-flow.ts';
import { isPacketCapture, openPacketCapture } from './packet-capture.ts';
import { RecordedSource } from './recorded-source.ts';
import { SimulatorError } from './simulator-error.ts';

/** Takes a recorded packet for the lines of these indexes. */
export type RecordedPacketOutput = (lines: readonly number[], packet: HeldDatagram) => void;

/** One feed's part of a recording. */
export interface Recording {
  readonly description: string;
  /** True: packets go out as captured, line by line. False: only the units are taken, and packed anew for every line. */
  readonly asCaptured: boolean;
  /** Session name, where the recording has one. */
  readonly session?: string;
  /** Number of its first unit. */
  readonly firstUnit?: number;
  /** Starts to play. @param output takes the packets, where they go out as captured */
  createSource(output: RecordedPacketOutput): FlowSource;
}

/** Where a line's packets stand in a capture, where that is not the address that the config gives the line. */
export interface CaptureLine {
  /** Feed name, or `*` where there is one feed. */
  readonly feed: string;
  readonly line: string;
  readonly address: string;
  readonly port: number;
}

/** Reads `[FEED/]LINE=ADDRESS:PORT`. @throws {SimulatorError} */
export function parseCaptureLine(text: string): CaptureLine {
  const match = /^(?:([^/=]+)\/)?([^/=]+)=([^:]+):(\d{1,5})$/.exec(text);
  if (match === null)
    throw new SimulatorError(`'${text}': expected [FEED/]LINE=ADDRESS:PORT, like A=233.54.12.111:26477`);
  return { feed: match[1] ?? '*', line: match[2], address: match[3], port: Number(match[4]) };
}

/**
 * Opens a file to be played in place of a made-up market: a packet capture (pcap, pcapng), told by its content, or a
 * raw ITCH file.
 * @returns one recording per feed of the config
 * @throws {SimulatorError} saying what the file holds instead
 */
export async function openRecording(
  path: string,
  config: WarmlineConfig,
  captureLines: readonly CaptureLine[],
): Promise<readonly Recording[]> {
  const file = await CaptureFile.find(path).catch((error: Error) => {
    throw new SimulatorError(error.message);
  });
  if (await isPacketCapture(file)) return openPacketCapture(file, config, captureLines);
  if (!(await isItchFile(file))) throw new SimulatorError(`${path} is neither a packet capture nor a raw ITCH file`);
  if (config.protocol !== 'nasdaq' || config.feeds.length !== 1) {
    throw new SimulatorError(`${path} is a raw ITCH file: it can only be played as the sole feed of a nasdaq config`);
  }
  const description = `ITCH file ${path}`;
  const createSource = (): FlowSource => new RecordedSource(description, new ItchFileFlow(file), undefined);
  return [{ description, asCaptured: false, createSource }];
}
