import { ApiProperty } from '@nestjs/swagger';

export class HealthDto {
  @ApiProperty({ example: 'ok' })
  status!: string;

  @ApiProperty({ example: 'sandbox-master' })
  service!: string;

  @ApiProperty({ description: 'Version of the package.', example: '0.1.0' })
  version!: string;
}

export class LivenessDto {
  @ApiProperty({ example: 'ok' })
  status!: string;
}

const CHECKS = {
  type: 'object',
  additionalProperties: { type: 'object', additionalProperties: true },
} as const;

/** The answer of @nestjs/terminus: every check under `details`, and again under `info` (up) or `error` (down). */
export class ReadinessDto {
  @ApiProperty({ enum: ['ok', 'error', 'shutting_down'], example: 'error' })
  status!: string;

  @ApiProperty({ ...CHECKS, example: { reconciled: { status: 'up' } } })
  info!: Record<string, unknown>;

  @ApiProperty({ ...CHECKS, example: { docker: { status: 'down', reason: 'Docker does not answer' } } })
  error!: Record<string, unknown>;

  @ApiProperty({
    ...CHECKS,
    example: { docker: { status: 'down', reason: 'Docker does not answer' }, reconciled: { status: 'up' } },
  })
  details!: Record<string, unknown>;
}
