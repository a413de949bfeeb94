import { get } from 'node:http';
import { connect } from 'node:net';
import { Injectable } from '@nestjs/common';
import { SandboxConfig } from '../../../config/sandbox-config.js';
import type { Endpoint } from '../../domain/sandbox.js';
import type { ReadinessProbe } from '../../ports/readiness-probe.js';

/** Connects by TCP, or asks `sandbox.ready_http_path` for a 2xx. What answers is hostile: nothing of it is kept. */
@Injectable()
export class SocketReadinessProbe implements ReadinessProbe {
  constructor(private readonly sandbox: SandboxConfig) {}

  isReady(endpoint: Endpoint, limitMs: number): Promise<boolean> {
    const path = this.sandbox.readyHttpPath;
    return path === '' ? accepts(endpoint, limitMs) : answers(endpoint, path, limitMs);
  }
}

function accepts({ ip, port }: Endpoint, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: ip, port });
    const end = (isReady: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(isReady);
    };
    const timer = setTimeout(end, limitMs, false);
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

function answers({ ip, port }: Endpoint, path: string, limitMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get({ host: ip, port, path, agent: false });
    const end = (isReady: boolean): void => {
      clearTimeout(timer);
      request.destroy();
      resolve(isReady);
    };
    const timer = setTimeout(end, limitMs, false);
    request
      .once('response', ({ statusCode = 0 }) => end(statusCode >= 200 && statusCode < 300))
      .on('error', () => end(false));
  });
}
