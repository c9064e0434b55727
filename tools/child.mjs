/**
 * Starts another program and stays with it to its end.
 *
 * @module
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { Problem } from './problem.mjs';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a program, passes on the signals that we get, and resolves to its exit code (128 and more for a signal,
 * as shells do).
 */
export function runProgram(program, args, options) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, options);
    const forward = (signal) => {
      // Ctrl-C in a terminal reaches the child without our help; twice would mean "at once" to it.
      if (signal === 'SIGINT' && process.stdin.isTTY) return;
      child.kill(signal);
    };
    const done = () => {
      for (const signal of SIGNALS) process.off(signal, forward);
    };
    for (const signal of SIGNALS) process.on(signal, forward);
    child.on('error', (error) => {
      done();
      reject(new Problem(`${program} could not be started: is it installed? (${error.message})`));
    });
    child.on('exit', (code, signal) => {
      done();
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

/** For `stdio`: no input, and all output to standard error, because standard output belongs to the command. */
export const TO_STDERR = ['ignore', 2, 2];
