import type Docker from 'dockerode';

export function buildServiceImage(
  docker: Docker,
  options: { readonly baseImage?: string; readonly tag: string; readonly network?: string },
): Promise<void>;
