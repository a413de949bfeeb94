/** How a field's bytes are to be read. `message` is given late, since messages contain each other. */
type Kind = 'string' | 'hex' | 'varint' | 'fixed64' | 'double' | { readonly message: () => Schema };

interface Field {
  readonly name: string;
  readonly kind: Kind;
  readonly isRepeated?: boolean;
}

/** The fields of one message, by their number. Others are skipped. */
export type Schema = Readonly<Record<number, Field>>;

type Values = Record<string, unknown>;

/** Reads the protobuf wire format (protobuf.dev, "Encoding"): proto3, numbers as JavaScript's. */
export function decode(schema: Schema, bytes: Buffer): Values {
  const values: Values = {};
  for (const { name, isRepeated } of Object.values(schema)) if (isRepeated === true) values[name] = [];
  const reader = new Reader(bytes);
  while (!reader.isAtEnd) {
    const tag = reader.varint();
    const raw = reader.value(tag & 7);
    const field = schema[tag >>> 3];
    if (field !== undefined) put(values, field, raw);
  }
  return values;
}

function put(values: Values, { name, kind, isRepeated }: Field, raw: Buffer | number): void {
  if (isRepeated !== true) {
    values[name] = interpret(kind, raw);
    return;
  }
  const list = values[name] as unknown[];
  const isPacked = (kind === 'fixed64' || kind === 'double') && raw instanceof Buffer && raw.length !== 8;
  if (!isPacked) list.push(interpret(kind, raw));
  else for (let at = 0; at < raw.length; at += 8) list.push(interpret(kind, raw.subarray(at, at + 8)));
}

function interpret(kind: Kind, raw: Buffer | number): unknown {
  if (typeof raw === 'number') return raw;
  if (typeof kind === 'object') return decode(kind.message(), raw);
  if (kind === 'string') return raw.toString('utf8');
  if (kind === 'hex') return raw.toString('hex');
  return kind === 'double' ? raw.readDoubleLE() : Number(raw.readBigInt64LE());
}

class Reader {
  private at = 0;

  constructor(private readonly bytes: Buffer) {}

  get isAtEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.bytes.readUInt8(this.at);
      this.at += 1;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number(BigInt.asIntN(64, value));
    }
  }

  value(wireType: number): Buffer | number {
    if (wireType === 0) return this.varint();
    const length = { 1: 8, 5: 4 }[wireType] ?? this.varint();
    const value = this.bytes.subarray(this.at, this.at + length);
    if (value.length < length) throw new Error('the message ends in the middle of a value');
    this.at += length;
    return value;
  }
}
