import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { MetricsConfig } from '../../config/sections.js';
import { ApiErrors } from '../../http/error-dtos.js';
import { HttpError } from '../../http/http-error.js';
import { METRICS_PATH } from '../telemetry/unobserved-paths.js';

const NOT_FOUND = { 404: { not_found: '`metrics.prometheus` is off.' } };
const EXAMPLE = [
  '# HELP sandbox_create_total Creates, by their result.',
  '# TYPE sandbox_create_total counter',
  'sandbox_create_total{result="created"} 12',
  '',
].join('\n');

/** For Prometheus, which comes and asks; the exporter's own server would be open to all. */
@ApiTags('Metrics')
@Controller()
export class MetricsController {
  constructor(private readonly metrics: MetricsConfig) {}

  @Get(METRICS_PATH)
  @Header('Content-Type', 'text/plain; version=0.0.4; charset=utf-8')
  @ApiOperation({
    summary: 'All metrics as Prometheus text',
    description: 'Where `metrics.prometheus` is on.',
  })
  @ApiProduces('text/plain')
  @ApiOkResponse({ content: { 'text/plain': { schema: { type: 'string' }, example: EXAMPLE } } })
  @ApiErrors({ codes: NOT_FOUND, isValidated: false })
  async read(): Promise<string> {
    if (!this.metrics.prometheus) throw new HttpError(404, 'not_found');
    const { prometheusText } = await import('../telemetry/prometheus.js');
    return prometheusText();
  }
}
