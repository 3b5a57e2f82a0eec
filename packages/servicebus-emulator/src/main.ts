#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { parseArguments } from './arguments.ts';
import { parseJson } from './config/parse-json.ts';
import { startServiceBusEmulator } from './emulator.ts';

const stopTimeoutMs = 10_000;

const onConnectionFault = (error: Error) =>
  process.stderr.write(`servicebus-emulator: a connection was lost: ${error.stack ?? error.message}\n`);

const onRoom = (reason: string | undefined) => {
  const text = reason === undefined ? 'there is room again: sends are accepted' : `sends are refused: ${reason}`;
  process.stderr.write(`servicebus-emulator: ${text}\n`);
};

const onStorageBroken = (error: Error) => {
  process.stderr.write(`servicebus-emulator: ${error.message}\n`);
  process.exit(1);
};

try {
  const { configFile, ...options } = parseArguments(process.argv.slice(2));
  const config = parseJson(await readFile(configFile, 'utf8'));
  const emulator = await startServiceBusEmulator({ ...options, config, onConnectionFault, onRoom, onStorageBroken });
  let isStopping = false;
  const stop = () => {
    // Further signals change nothing: what has begun to end ends well.
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(1), stopTimeoutMs).unref();
    void emulator[Symbol.asyncDispose]().then(() => {
      process.once('exit', () => process.exit());
      if (process.connected) process.disconnect();
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  // Started with a channel to its parent, it says when it listens and does not outlive the parent.
  if (process.connected) process.once('disconnect', stop);
  process.send?.({ kind: 'ready', url: emulator.statusUrl });
  const { administrationConnectionString, connectionString, statusUrl } = emulator;
  process.stdout.write(
    `Listening: ${connectionString}\nAdministration: ${administrationConnectionString}\nStatus: ${statusUrl}\n`,
  );
} catch (error) {
  process.stderr.write(`servicebus-emulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
