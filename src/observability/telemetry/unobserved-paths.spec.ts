import { describe, expect, it } from '@jest/globals';
import { isUnobservedPath } from './unobserved-paths.js';

describe('isUnobservedPath', () => {
  it.each(['/livez', '/readyz?verbose', '/api/v1/health', '/metrics'])('is %s', (url) => {
    expect(isUnobservedPath(url)).toBe(true);
  });

  it.each(['/', '/api/v1/create', '/livez/', '/metricsx', '/api/v1/health/x'])('is not %s', (url) => {
    expect(isUnobservedPath(url)).toBe(false);
  });
});
