import { type ArgumentMetadata, Injectable, type PipeTransform, type Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validate, type ValidationError } from 'class-validator';
import { type RequestFault, RequestInvalidError } from './http-error.js';

const PLACES: Record<ArgumentMetadata['type'], string> = {
  body: 'body',
  query: 'query',
  param: 'path',
  custom: 'body',
};

/** Faults in an answer: a body of unknown fields would get one that is ten times as large. */
const MAX_FAULTS = 100;

type Fields = Readonly<Record<string, unknown>>;

/** Turns bodies, queries and path parameters into their DTO classes, refusing unknown fields and naming every fault. */
@Injectable()
export class RequestPipe implements PipeTransform {
  async transform(value: unknown, { type, metatype }: ArgumentMetadata): Promise<unknown> {
    if (metatype === undefined || !isDto(metatype)) return value;
    const place = PLACES[type];
    if (!isFields(value)) throw invalid([{ loc: [place], msg: 'must be an object', type: 'object_type' }]);

    const known = fieldsOf(metatype);
    const given: Record<string, unknown> = {};
    const unknown: RequestFault[] = [];
    for (const [field, item] of Object.entries(value)) {
      if (known.has(field)) given[field] = withoutDepth(item);
      else unknown.push({ loc: [place, field], msg: 'unknown field', type: 'extra_forbidden' });
    }
    const dto = plainToInstance(metatype, given) as object;
    const errors = await validate(dto, { stopAtFirstError: true, forbidUnknownValues: true });
    const faults = [...errors.flatMap((error) => toFaults(error, [place], given)), ...unknown];
    if (faults.length > 0) throw invalid(faults.slice(0, MAX_FAULTS));
    return dto;
  }
}

const invalid = (faults: RequestFault[]): RequestInvalidError => new RequestInvalidError(faults);

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** No DTO has a nested field, and what would walk a deep value might not come back from it. */
const withoutDepth = (item: unknown): unknown => (typeof item === 'object' && item !== null ? {} : item);

const isDto = (metatype: Type<unknown>): boolean => fieldsOf(metatype).size > 0;

/** What is known of a class does not change once it has been loaded. */
const knownFields = new WeakMap<Type<unknown>, ReadonlySet<string>>();

function fieldsOf(metatype: Type<unknown>): ReadonlySet<string> {
  const known = knownFields.get(metatype);
  if (known !== undefined) return known;
  const metadata = getMetadataStorage().getTargetValidationMetadatas(metatype, '', true, false);
  const fields = new Set(metadata.map(({ propertyName }) => propertyName));
  knownFields.set(metatype, fields);
  return fields;
}

function toFaults(
  { property, constraints, contexts }: ValidationError,
  loc: string[],
  given: Fields,
): RequestFault[] {
  const here = [...loc, property];
  if (!(property in given)) return [{ loc: here, msg: 'field required', type: 'missing' }];
  return Object.entries(constraints ?? {}).map(([constraint, message]) => ({
    loc: here,
    msg: message.replace(new RegExp(`^${property} `), ''),
    type: (contexts?.[constraint] as { type?: string } | undefined)?.type ?? snakeCase(constraint),
  }));
}

const snakeCase = (word: string): string => word.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
