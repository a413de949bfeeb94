import { decode, type Schema } from './protobuf.js';

/** The parts of opentelemetry/proto that the tests look at, with the numbers that stand there. */
const message = (schema: () => Schema): { readonly message: () => Schema } => ({ message: schema });
const repeated = (name: string, schema: () => Schema): Schema[number] => ({
  name,
  kind: message(schema),
  isRepeated: true,
});

const ANY_VALUE: Schema = {
  1: { name: 'string', kind: 'string' },
  2: { name: 'bool', kind: 'varint' },
  3: { name: 'int', kind: 'varint' },
  4: { name: 'double', kind: 'double' },
  5: { name: 'array', kind: message(() => ({ 1: repeated('values', () => ANY_VALUE) })) },
  6: { name: 'map', kind: message(() => ({ 1: repeated('values', () => KEY_VALUE) })) },
};
const KEY_VALUE: Schema = {
  1: { name: 'key', kind: 'string' },
  2: { name: 'value', kind: message(() => ANY_VALUE) },
};
const attributes = repeated('attributes', () => KEY_VALUE);
const RESOURCE: Schema = { 1: attributes };
const envelope = (items: string, item: Schema): Schema => ({
  1: repeated('resources', () => ({
    1: { name: 'resource', kind: message(() => RESOURCE) },
    2: repeated('scopes', () => ({ 2: repeated(items, () => item) })),
  })),
});

const SPAN: Schema = {
  1: { name: 'traceId', kind: 'hex' },
  2: { name: 'spanId', kind: 'hex' },
  4: { name: 'parentSpanId', kind: 'hex' },
  5: { name: 'name', kind: 'string' },
  6: { name: 'kind', kind: 'varint' },
  9: attributes,
  11: repeated('events', () => ({ 2: { name: 'name', kind: 'string' }, 3: attributes })),
  15: {
    name: 'status',
    kind: message(() => ({ 2: { name: 'message', kind: 'string' }, 3: { name: 'code', kind: 'varint' } })),
  },
};
const POINT: Schema = {
  4: { name: 'double', kind: 'double' },
  6: { name: 'int', kind: 'fixed64' },
  7: attributes,
};
const HISTOGRAM_POINT: Schema = {
  4: { name: 'count', kind: 'fixed64' },
  5: { name: 'sum', kind: 'double' },
  9: attributes,
};
const METRIC: Schema = {
  1: { name: 'name', kind: 'string' },
  3: { name: 'unit', kind: 'string' },
  5: { name: 'gauge', kind: message(() => ({ 1: repeated('points', () => POINT) })) },
  7: { name: 'sum', kind: message(() => ({ 1: repeated('points', () => POINT) })) },
  9: { name: 'histogram', kind: message(() => ({ 1: repeated('points', () => HISTOGRAM_POINT) })) },
};
const LOG_RECORD: Schema = {
  2: { name: 'severityNumber', kind: 'varint' },
  3: { name: 'severityText', kind: 'string' },
  5: { name: 'body', kind: message(() => ANY_VALUE) },
  6: attributes,
  9: { name: 'traceId', kind: 'hex' },
  10: { name: 'spanId', kind: 'hex' },
};

type Attributes = Readonly<Record<string, unknown>>;

export interface SpanItem {
  readonly traceId: string;
  readonly spanId: string;
  /** Absent in the first span of a trace. */
  readonly parentSpanId?: string;
  readonly name: string;
  /** 1 internal, 2 server, 3 client. */
  readonly kind: number;
  readonly attributes: Attributes;
  readonly events: readonly { readonly name: string; readonly attributes: Attributes }[];
  /** Code 2: an error. */
  readonly status?: { readonly code?: number; readonly message?: string };
}

interface Point {
  readonly int?: number;
  readonly double?: number;
  readonly count?: number;
  readonly sum?: number;
  readonly attributes: Attributes;
}

export interface MetricItem {
  readonly name: string;
  readonly kind: 'gauge' | 'sum' | 'histogram';
  readonly unit: string;
  readonly points: readonly Point[];
}

export interface LogItem {
  readonly severityText: string;
  readonly severityNumber: number;
  readonly body: unknown;
  readonly traceId?: string;
  readonly spanId?: string;
  readonly attributes: Attributes;
}

/** What came, with the attributes of who sent it. */
export interface Received<Item> {
  readonly resource: Attributes;
  readonly items: readonly Item[];
}

export const readSpans = (body: Buffer): Received<SpanItem>[] => read(body, 'spans', SPAN, (item) => item);

export const readLogs = (body: Buffer): Received<LogItem>[] =>
  read(body, 'records', LOG_RECORD, (item) => item);

export const readMetrics = (body: Buffer): Received<MetricItem>[] =>
  read(body, 'metrics', METRIC, (metric) => {
    const kind = (['gauge', 'sum', 'histogram'] as const).find((name) => name in metric) ?? 'gauge';
    const { points = [] } = (metric[kind] ?? {}) as { points?: unknown[] };
    return { name: metric.name, unit: metric.unit ?? '', kind, points };
  });

type Values = Record<string, unknown>;

function read<Item>(
  body: Buffer,
  items: string,
  schema: Schema,
  shape: (item: Values) => unknown,
): Received<Item>[] {
  const { resources } = decode(envelope(items, schema), body) as {
    resources: { resource?: Values; scopes: Record<string, Values[]>[] }[];
  };
  return resources.map(({ resource, scopes }) => ({
    resource: (plain(resource) as { attributes?: Attributes } | undefined)?.attributes ?? {},
    items: scopes.flatMap((scope) => scope[items] ?? []).map((item) => plain(shape(item)) as Item),
  }));
}

/** Lists of keys and values as objects, wrapped values as they are. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => {
      if (key === 'attributes') return [key, toObject(inner as KeyValue[])];
      return [key, key === 'body' ? unwrap(inner as AnyValue) : plain(inner)];
    }),
  );
}

interface AnyValue {
  readonly string?: string;
  readonly bool?: number;
  readonly int?: number;
  readonly double?: number;
  readonly array?: { readonly values: AnyValue[] };
  readonly map?: { readonly values: KeyValue[] };
}

interface KeyValue {
  readonly key: string;
  readonly value?: AnyValue;
}

const toObject = (pairs: readonly KeyValue[]): Attributes =>
  Object.fromEntries(pairs.map(({ key, value }) => [key, unwrap(value ?? {})]));

function unwrap({ string, bool, int, double, array, map }: AnyValue): unknown {
  if (array !== undefined) return array.values.map(unwrap);
  if (map !== undefined) return toObject(map.values);
  return string ?? (bool === undefined ? undefined : bool === 1) ?? int ?? double ?? null;
}
