// Preloaded into the service: its wall clock is off by as many milliseconds as stand in the file that CLOCK_JUMP names.
import { readFileSync } from 'node:fs';

const { now } = Date;
let offMs = 0;

function read() {
  try {
    offMs = Number(readFileSync(process.env.CLOCK_JUMP, 'utf8'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
}

read();
setInterval(read, 50).unref();
Date.now = () => now() + offMs;
