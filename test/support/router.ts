import type { Express } from 'express';

/** One route of the router itself, whether or not the OpenAPI document knows it. */
export interface Route {
  /** In upper case. */
  readonly method: string;
  /** As it was registered. */
  readonly path: string;
}

interface Layer {
  readonly name: string;
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  handle: (...args: unknown[]) => unknown;
}

const layersOf = (express: Express): Layer[] => express.router.stack as unknown as Layer[];

export const routesOf = (express: Express): Route[] =>
  layersOf(express).flatMap(({ route }) =>
    Object.keys(route?.methods ?? {}).map((method) => ({
      method: method.toUpperCase(),
      path: route?.path ?? '',
    })),
  );

/** Counts, from now on, what reaches any route or the files of the documents. @returns the count so far */
export function countReached(express: Express): () => number {
  let reached = 0;
  for (const layer of layersOf(express)) {
    if (layer.route === undefined && layer.name !== 'serveStatic') continue;
    const { handle } = layer;
    layer.handle = (...args) => {
      reached += 1;
      return handle(...args);
    };
  }
  return () => reached;
}
