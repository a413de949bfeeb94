import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiProperty, ApiResponse, getSchemaPath } from '@nestjs/swagger';

/** Every error but a validation error. */
class ErrorDto {
  @ApiProperty({
    description: 'A stable code; `sandbox_start_failed` alone carries a reason behind a colon.',
    example: 'not_found',
  })
  detail!: string;
}

class RequestFaultDto {
  @ApiProperty({
    description: '`body`, `path` or `query`, then the way to the value.',
    type: 'array',
    items: { oneOf: [{ type: 'string' }, { type: 'integer' }] },
    example: ['body', 'chat_id'],
  })
  loc!: (string | number)[];

  @ApiProperty({ example: 'must be a UUID' })
  msg!: string;

  @ApiProperty({ description: 'A stable word for the broken rule.', example: 'uuid' })
  type!: string;
}

/** A request with faults, all of them at once. */
class ValidationErrorDto {
  @ApiProperty({ type: [RequestFaultDto] })
  detail!: RequestFaultDto[];
}

type Codes = Readonly<Record<number, Readonly<Record<string, string>>>>;

const EVERYWHERE: Codes = {
  401: { unauthorized: 'The token is required, and missing or wrong.' },
  403: { forbidden_origin: 'Without a required token: the request comes from a foreign page.' },
  429: { rate_limited: 'More requests a second than one client may make; `Retry-After` says when to go on.' },
  500: { internal_error: 'Something unforeseen.' },
  503: { shutting_down: 'The service is going down; `Retry-After` says when to try again.' },
};

/** Health routes need no token, are not limited, and answer also while the service goes down. */
const OPEN: Codes = { 403: { ...EVERYWHERE[403] }, 500: { ...EVERYWHERE[500] } };

const JSON_BODY: Codes = {
  400: { malformed_json: 'The body is not JSON.' },
  408: { request_timeout: 'The body has not come within 30 s; the connection is closed.' },
  413: { payload_too_large: 'The body is over 64 KiB.' },
  415: { unsupported_media_type: 'The body is not `application/json`, or is compressed.' },
};

const VALIDATION_EXAMPLE = { detail: [{ loc: ['body', 'chat_id'], msg: 'must be a UUID', type: 'uuid' }] };

interface ErrorsOfRoute {
  /** Status, then code, then when it comes. */
  readonly codes?: Codes;
  readonly takesJson?: boolean;
  readonly isValidated?: boolean;
  /** A health route. */
  readonly isOpen?: boolean;
}

/** Documents every error of a route, those of all routes included, each with an example. */
export function ApiErrors({
  codes = {},
  takesJson = false,
  isValidated = true,
  isOpen = false,
}: ErrorsOfRoute): MethodDecorator {
  const all = [isOpen ? OPEN : EVERYWHERE, takesJson ? JSON_BODY : {}, codes];
  const statuses = [...new Set(all.flatMap((group) => Object.keys(group)))];
  return applyDecorators(
    ApiExtraModels(ErrorDto, ValidationErrorDto),
    ...statuses.map((status) =>
      toResponse(
        Number(status),
        Object.assign({}, ...all.map((group) => group[Number(status)])) as Codes[number],
      ),
    ),
    // After those: it takes in what a route has with the same status.
    ...(isValidated ? [validationResponse(codes[422])] : []),
  );
}

const toResponse = (status: number, codes: Codes[number]): MethodDecorator =>
  ApiResponse({
    status,
    description: describe(codes),
    content: {
      'application/json': { schema: { $ref: getSchemaPath(ErrorDto) }, examples: examplesOf(codes) },
    },
  });

function validationResponse(codes: Codes[number] = {}): MethodDecorator {
  const faults = { $ref: getSchemaPath(ValidationErrorDto) };
  const hasCodes = Object.keys(codes).length > 0;
  return ApiResponse({
    status: 422,
    description: `The request has faults; all are named. ${describe(codes)}`.trim(),
    content: {
      'application/json': {
        schema: hasCodes ? { oneOf: [faults, { $ref: getSchemaPath(ErrorDto) }] } : faults,
        examples: { faults: { value: VALIDATION_EXAMPLE }, ...examplesOf(codes) },
      },
    },
  });
}

const describe = (codes: Codes[number] = {}): string =>
  Object.entries(codes)
    .map(([code, when]) => `\`${code}\`: ${when}`)
    .join(' ');

const examplesOf = (codes: Codes[number] = {}): Record<string, { value: { detail: string } }> =>
  Object.fromEntries(
    Object.keys(codes).map((code) => [code.replace(/\W+/g, '_'), { value: { detail: code } }]),
  );
