import { Controller, Get, HttpStatus, Res, ServiceUnavailableException } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import { HealthCheckService, HealthIndicatorService, type HealthIndicatorFunction } from '@nestjs/terminus';
import type { Response } from 'express';
import { VERSION } from '../version.js';
import { ApiErrors } from '../http/error-dtos.js';
import { HealthDto, LivenessDto, ReadinessDto } from './health-dtos.js';
import { type ReadinessCheck, ReadinessChecks } from './readiness-checks.js';

const OPEN = { isOpen: true, isValidated: false } as const;

/** For probes: open to all, and no dependency can make them hang. */
@ApiTags('Health')
@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly indicators: HealthIndicatorService,
    private readonly checks: ReadinessChecks,
  ) {}

  @Get('api/v1/health')
  @ApiOperation({ summary: 'Who answers', description: 'Touches no dependency.', security: [] })
  @ApiOkResponse({ type: HealthDto })
  @ApiErrors(OPEN)
  getHealth(): HealthDto {
    return { status: 'ok', service: 'sandbox-master', version: VERSION };
  }

  @Get('livez')
  @ApiOperation({ summary: 'Whether the process can serve', security: [] })
  @ApiOkResponse({ type: LivenessDto })
  @ApiErrors(OPEN)
  getLiveness(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('readyz')
  @ApiOperation({ summary: 'Whether it is ready for work', description: 'One entry a check.', security: [] })
  @ApiOkResponse({ type: ReadinessDto })
  @ApiResponse({
    status: HttpStatus.SERVICE_UNAVAILABLE,
    description: 'Not ready; `error` says why.',
    type: ReadinessDto,
  })
  @ApiErrors(OPEN)
  async getReadiness(@Res({ passthrough: true }) response: Response): Promise<unknown> {
    try {
      return await this.health.check(
        this.checks.entries().map(([name, check]) => this.toIndicator(name, check)),
      );
    } catch (error) {
      if (!(error instanceof ServiceUnavailableException)) throw error;
      response.status(HttpStatus.SERVICE_UNAVAILABLE);
      return error.getResponse();
    }
  }

  private toIndicator(name: string, check: ReadinessCheck): HealthIndicatorFunction {
    const indicator = this.indicators.check(name);
    return async () => {
      try {
        await check();
        return indicator.up();
      } catch (error) {
        return indicator.down({ reason: error instanceof Error ? error.message : String(error) });
      }
    };
  }
}
