import { describe, expect, it } from '@jest/globals';
import { allowedCall } from './allowed-calls.js';
import { Refusal } from './refusal.js';

const TERMS = { networkName: 'sandbox', stopGraceSeconds: 5, hasNetworkPool: false };
const LIST = `all=true&filters=${encodeURIComponent('{"label":["endpoint_port"]}')}`;
const EVENTS = `filters=${encodeURIComponent('{"type":["container","network"]}')}`;
const NETWORK = `filters=${encodeURIComponent('{"name":["sandbox"]}')}`;

const call = (text: string) => {
  const [method = '', url = ''] = text.split(' ');
  return allowedCall(method, url, TERMS);
};

describe('allowedCall', () => {
  it.each([
    ['GET /_ping', 'plain'],
    ['GET /info', 'plain'],
    ['GET /version', 'plain'],
    [`GET /containers/json?${LIST}`, 'plain'],
    [`GET /networks?${NETWORK}`, 'plain'],
    ['POST /networks/create', 'create-network'],
    ['DELETE /networks/0123abcd', 'remove-network'],
    ['POST /containers/create?name=sandbox-x', 'create-container'],
    ['GET /containers/0123abcd/json', 'inspect'],
    ['POST /containers/0123abcd/start', 'start'],
    [`GET /events?${EVENTS}`, 'stream'],
    ['POST /containers/0123abcd/stop?t=5', 'change'],
    ['POST /containers/0123abcd/resize?h=2000000000&w=7', 'change'],
    ['DELETE /containers/0123abcd?force=true&v=true', 'change'],
    ['GET /containers/0123abcd/logs?stdout=true&stderr=true&tail=40', 'change'],
  ])('knows %s', (text, kind) => {
    const found = call(text);
    expect(found.kind).toBe(kind);
    const search = new URLSearchParams(found.query).toString();
    expect(`${found.method} ${found.path}${search === '' ? '' : `?${search}`}`).toBe(text);
  });

  const ATTACH = 'POST /containers/0123abcd/attach?stream=true&stdin=true&stdout=true&hijack=true';
  const PAUSE = 'POST /containers/0123abcd/pause';
  const IMPORT = 'POST /images/create?fromSrc=-&repo=sandbox-master/network-holder&tag=1';
  const ofPool = (text: string) => {
    const [method = '', url = ''] = text.split(' ');
    return allowedCall(method, url, { ...TERMS, hasNetworkPool: true });
  };

  it.each([
    [ATTACH, 'attach'],
    [PAUSE, 'pause'],
    [IMPORT, 'import-image'],
  ])('knows %s of a service that keeps networks ready, and of no other', (text, kind) => {
    expect(ofPool(text).kind).toBe(kind);
    expect(() => call(text)).toThrow(Refusal);
  });

  it.each([
    'POST /containers/x/attach',
    `${ATTACH}&stderr=true`,
    `${ATTACH}&logs=true`,
    ATTACH.replace('POST', 'GET'),
    ATTACH.replace('/attach', '/attach/ws'),
    `${PAUSE}?x=1`,
    PAUSE.replace('/pause', '/unpause'),
    'POST /containers/x/rename?name=sandbox-pool-0',
    `${IMPORT}&message=x`,
    IMPORT.replace('tag=1', 'tag=2'),
    IMPORT.replace('fromSrc=-', 'fromSrc=http://x/'),
    IMPORT.replace('fromSrc=-', 'fromImage=x'),
    IMPORT.replace('repo=sandbox-master/network-holder', 'repo=agent'),
  ])('refuses %s of one that keeps networks ready', (text) => {
    expect(() => ofPool(text)).toThrow(Refusal);
  });

  it('gives the container or network that is meant', () => {
    expect(call('POST /containers/sandbox-x/start').target).toBe('sandbox-x');
    expect(call('DELETE /networks/n1').target).toBe('n1');
    expect(call('GET /info').target).toBe('');
  });

  it.each([
    'POST /containers/x/exec',
    'POST /exec/x/start',
    'POST /containers/x/attach',
    'PUT /containers/x/archive?path=/',
    'POST /containers/x/update',
    'POST /containers/x/kill',
    'POST /containers/x/start?detachKeys=x',
    'GET /containers/x/top',
    'POST /images/create?fromImage=x',
    'GET /images/json',
    'POST /build',
    'POST /volumes/create',
    'POST /networks/x/connect',
    'POST /plugins/pull',
    'POST /swarm/init',
    'GET /events',
    'GET /events?filters=%7B%22type%22%3A%5B%22container%22%2C%22network%22%2C%22daemon%22%5D%7D',
    `GET /events?${EVENTS}&since=0`,
    'POST /containers/x/resize',
    'POST /containers/x/resize?h=-1&w=1',
    'POST /containers/x/resize?h=1&w=1&tty=1',
    'GET /secrets',
    'POST /session',
    'GET /v1.41/info',
    'GET //info',
    'GET /info/',
    'GET /INFO',
    'HEAD /info',
    'GET http://docker/info',
    'GET /containers/x/../../exec/json',
    'GET /containers/%2e%2e/json',
    'GET /containers/x%2fexec/json',
    'GET /containers/../json',
    'GET /info?x=1',
    'GET /info?a?b',
    'GET /containers/json',
    'GET /containers/json?all=true',
    `GET /containers/json?${LIST}&limit=1`,
    `GET /containers/json?all=true&filters=${encodeURIComponent('{"label":["other"]}')}`,
    `GET /networks?filters=${encodeURIComponent('{"name":["bridge"]}')}`,
    'POST /containers/create',
    'POST /containers/create?name=x&platform=y',
    'POST /containers/create?name=x&name=y',
    'POST /containers/x/stop',
    'POST /containers/x/stop?t=6',
    'POST /containers/x/stop?t=-1',
    'POST /containers/x/stop?t=5&signal=KILL',
    'DELETE /containers/x',
    'DELETE /containers/x?force=true&v=true&link=true',
    'GET /containers/x/logs?stdout=true&stderr=true&tail=40&follow=true',
    'GET /containers/x/logs?stdout=true&stderr=true&tail=all',
    ' ',
  ])('refuses %s', (text) => {
    expect(() => call(text)).toThrow(Refusal);
  });
});
