import type Docker from 'dockerode';

export function buildLocalNodeBase(docker: Docker, tag: string): Promise<void>;
