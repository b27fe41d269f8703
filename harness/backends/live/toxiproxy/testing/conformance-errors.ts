import { describe, expect, test } from '@jest/globals';
import type { Subject } from './conformance.ts';

type Row = readonly [method: string, path: string, body: unknown, status: number, error: string];

const bad = (why: string): string => `bad request body: ${why}`;
const unfit = (what: string, into: string): string =>
  bad(`json: cannot unmarshal ${what} into Go ${into}`);

/** `PROXY` stands for a proxy that exists and has a toxic `t`, `PORT` for one that is taken. */
const rows: readonly Row[] = [
  ['GET', '/proxies/none', undefined, 404, 'proxy not found'],
  ['POST', '/proxies/none', {}, 404, 'proxy not found'],
  ['DELETE', '/proxies/none', undefined, 404, 'proxy not found'],
  ['GET', '/proxies/none/toxics', undefined, 404, 'proxy not found'],
  ['POST', '/proxies/none/toxics', {}, 404, 'proxy not found'],
  ['GET', '/proxies/none/toxics/t', undefined, 404, 'proxy not found'],
  ['GET', '/proxies/PROXY/toxics/none', undefined, 404, 'toxic not found'],
  ['POST', '/proxies/PROXY/toxics/none', {}, 404, 'toxic not found'],
  ['DELETE', '/proxies/PROXY/toxics/none', undefined, 404, 'toxic not found'],

  ['POST', '/proxies', '', 400, bad('EOF')],
  ['POST', '/proxies', ' \n', 400, bad('EOF')],
  ['POST', '/proxies', 'hello', 400, bad("invalid character 'h' looking for beginning of value")],
  ['POST', '/proxies', '{"name":"a"', 400, bad('unexpected EOF')],
  ['POST', '/proxies', '{"name', 400, bad('unexpected EOF')],
  [
    'POST',
    '/proxies',
    '{name:1}',
    400,
    bad("invalid character 'n' looking for beginning of object key string"),
  ],
  ['POST', '/proxies', '{"a" 1}', 400, bad("invalid character '1' after object key")],
  ['POST', '/proxies', '{"a":1 2}', 400, bad("invalid character '2' after object key:value pair")],
  [
    'POST',
    '/proxies',
    '{"a":1,}',
    400,
    bad("invalid character '}' looking for beginning of object key string"),
  ],
  ['POST', '/proxies', '[1 2]', 400, bad("invalid character '2' after array element")],
  ['POST', '/proxies', '[1,]', 400, bad("invalid character ']' looking for beginning of value")],
  [
    'POST',
    '/proxies',
    '{"a":trux}',
    400,
    bad("invalid character 'x' in literal true (expecting 'e')"),
  ],
  ['POST', '/proxies', '{"a":-x}', 400, bad("invalid character 'x' in numeric literal")],
  [
    'POST',
    '/proxies',
    '{"a":1.x}',
    400,
    bad("invalid character 'x' after decimal point in numeric literal"),
  ],
  [
    'POST',
    '/proxies',
    '{"a":1e"}',
    400,
    bad("invalid character '\"' in exponent of numeric literal"),
  ],
  ['POST', '/proxies', '{"a":01}', 400, bad("invalid character '1' after object key:value pair")],
  ['POST', '/proxies', '{"a":"\\x"}', 400, bad("invalid character 'x' in string escape code")],
  [
    'POST',
    '/proxies',
    '{"a":"\\u00g0"}',
    400,
    bad("invalid character 'g' in \\u hexadecimal character escape"),
  ],
  ['POST', '/proxies', '{"a":"\n"}', 400, bad("invalid character '\\n' in string literal")],
  ['POST', '/proxies', "'a'", 400, bad("invalid character '\\'' looking for beginning of value")],
  ['POST', '/proxies', '\\', 400, bad("invalid character '\\\\' looking for beginning of value")],
  ['POST', '/proxies', 'é', 400, bad("invalid character 'Ã' looking for beginning of value")],
  [
    'POST',
    '/proxies',
    '\u0001',
    400,
    bad("invalid character '\\x01' looking for beginning of value"),
  ],

  ['POST', '/proxies', [], 400, unfit('array', 'value of type toxiproxy.Proxy')],
  ['POST', '/proxies', '1', 400, unfit('number', 'value of type toxiproxy.Proxy')],
  ['POST', '/proxies', { name: 1 }, 400, unfit('number', 'struct field Proxy.name of type string')],
  [
    'POST',
    '/proxies',
    { NAME: {} },
    400,
    unfit('object', 'struct field Proxy.name of type string'),
  ],
  [
    'POST',
    '/proxies',
    { enabled: 'no' },
    400,
    unfit('string', 'struct field Proxy.enabled of type bool'),
  ],
  ['POST', '/proxies', {}, 400, 'missing required field: name'],
  ['POST', '/proxies', null, 400, 'missing required field: name'],
  ['POST', '/proxies', { name: 'x' }, 400, 'missing required field: upstream'],
  ['POST', '/proxies', { name: 'PROXY', upstream: 'a:1' }, 409, 'proxy already exists'],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a:1', listen: '127.0.0.1:PORT' },
    500,
    'listen tcp 127.0.0.1:PORT: bind: address already in use',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a:1', listen: 'foo' },
    500,
    'listen tcp: address foo: missing port in address',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a:1', listen: 'a:b:1' },
    500,
    'listen tcp: address a:b:1: too many colons in address',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a:1', listen: '127.0.0.1:99999' },
    500,
    'listen tcp: address 99999: invalid port',
  ],
  [
    'POST',
    '/proxies',
    { name: 'x', upstream: 'a:1', listen: '127.0.0.1:abc' },
    500,
    'listen tcp: lookup tcp/abc: unknown port',
  ],
  ['POST', '/proxies/PROXY', { listen: 'foo' }, 500, 'address foo: missing port in address'],
  [
    'POST',
    '/proxies/PROXY',
    { enabled: 1 },
    400,
    unfit('number', 'struct field Proxy.enabled of type bool'),
  ],

  ['POST', '/proxies/PROXY/toxics', '', 400, bad('EOF')],
  ['POST', '/proxies/PROXY/toxics', {}, 400, 'invalid toxic type'],
  ['POST', '/proxies/PROXY/toxics', { type: 'nope' }, 400, 'invalid toxic type'],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'nope', stream: 'sideways' },
    400,
    'stream was invalid, can be either upstream or downstream',
  ],
  ['POST', '/proxies/PROXY/toxics', { type: 'noop', name: 't' }, 409, 'toxic already exists'],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 3 },
    400,
    unfit('number', 'struct field ToxicWrapper.type of type string'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'noop', toxicity: '1' },
    400,
    unfit('string', 'struct field ToxicWrapper.toxicity of type float32'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    '{"type":"noop","toxicity":1e40}',
    400,
    unfit('number 1e40', 'struct field ToxicWrapper.toxicity of type float32'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'latency', attributes: [1] },
    400,
    unfit('array', 'struct field ToxicWrapper.attributes of type toxics.NoopToxic'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'latency', attributes: { latency: '1' } },
    400,
    unfit('string', 'struct field LatencyToxic.attributes.latency of type int64'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'latency', attributes: { jitter: 1.5 } },
    400,
    unfit('number 1.5', 'struct field LatencyToxic.attributes.jitter of type int64'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    '{"type":"bandwidth","attributes":{"rate":9223372036854775808}}',
    400,
    unfit(
      'number 9223372036854775808',
      'struct field BandwidthToxic.attributes.rate of type int64',
    ),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics',
    { type: 'slicer', attributes: { delay: true } },
    400,
    unfit('bool', 'struct field SlicerToxic.attributes.delay of type int'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics/t',
    'x',
    400,
    bad("invalid character 'x' looking for beginning of value"),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics/t',
    { attributes: { bytes: '5' } },
    400,
    unfit('string', 'struct field LimitDataToxic.attributes.bytes of type int64'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics/t',
    { toxicity: 'x' },
    400,
    unfit('string', 'struct field .toxicity of type float32'),
  ],
  [
    'POST',
    '/proxies/PROXY/toxics/t',
    { attributes: [] },
    400,
    unfit('array', 'struct field .attributes of type toxics.LimitDataToxic'),
  ],
];

/** `{"error":…,"status":…,"proxies":…}`. `MADE` stands for a proxy that was made before the failure. */
const populations: readonly (readonly [
  body: unknown,
  status: number,
  error: string,
  made: number,
])[] = [
  ['', 400, bad('EOF'), 0],
  [
    {},
    400,
    unfit(
      'object',
      'value of type []struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }',
    ),
    0,
  ],
  [
    ['x'],
    400,
    unfit('string', 'value of type struct { toxiproxy.Proxy; Enabled *bool "json:\\"enabled\\"" }'),
    0,
  ],
  [
    [{ name: 'MADE', upstream: 3 }],
    400,
    unfit('number', 'struct field .Proxy.upstream of type string'),
    0,
  ],
  [
    [{ name: 'MADE', upstream: 'a:1', enabled: 3 }],
    400,
    unfit('number', 'struct field .enabled of type bool'),
    0,
  ],
  [
    [{ name: 'MADE', upstream: 'a:1', listen: '127.0.0.1:0' }, {}],
    400,
    'missing required field: name at proxy 2',
    0,
  ],
  [[{ name: 'MADE' }], 400, 'missing required field: upstream at proxy 1', 0],
  [
    [
      { name: 'MADE', upstream: 'a:1', listen: '127.0.0.1:0' },
      { name: 'x', upstream: 'a:1', listen: '127.0.0.1:PORT' },
      { name: 'y', upstream: 'a:1', listen: '127.0.0.1:0' },
    ],
    500,
    'listen tcp 127.0.0.1:PORT: bind: address already in use',
    1,
  ],
];

/** What the API says where something is wrong, to the letter. */
export const errorsConform = ({ ask, name, proxy, toxic }: Subject): void => {
  describe('errors', () => {
    test.each(rows)('%s %s %j: %i %s', async (method, path, body, status, error) => {
      const one = await proxy('127.0.0.1:9');
      await toxic(one, { type: 'limit_data', name: 't', attributes: { bytes: 1 } });
      const [, port = ''] = one.listen.split(':');
      const filled = (text: string): string =>
        text.replaceAll('PROXY', one.name).replaceAll('PORT', port);
      const sent =
        typeof body === 'string' || body === undefined ? body : filled(JSON.stringify(body));
      const answer = await ask(method, filled(path), sent);
      expect(JSON.parse(answer.text)).toEqual({ error: filled(error), status });
      expect(answer.text.endsWith('}\n')).toBe(true);
      expect(answer).toMatchObject({ status, type: 'text/plain; charset=utf-8' });
      const kept = await ask('GET', `/proxies/${one.name}`);
      expect(JSON.parse(kept.text)).toMatchObject({
        enabled: true,
        toxics: [{ name: 't', attributes: { bytes: 1 }, toxicity: 1 }],
      });
    });

    test.each(populations)('POST /populate %j: %i %s', async (body, status, error, made) => {
      const taken = await proxy('127.0.0.1:9');
      const [, port = ''] = taken.listen.split(':');
      const fresh = name();
      const filled = (text: string): string =>
        text.replaceAll('MADE', fresh).replaceAll('PORT', port);
      const answer = await ask(
        'POST',
        '/populate',
        filled(typeof body === 'string' ? body : JSON.stringify(body)),
      );
      expect(JSON.parse(answer.text)).toEqual({
        error: filled(error),
        status,
        proxies: made === 0 ? null : [expect.objectContaining({ name: fresh, enabled: true })],
      });
      expect(answer).toMatchObject({ status, type: 'application/json' });
    });

    test.each([
      ['GET', '/nope', 404, '404 page not found\n'],
      ['GET', '/proxies/', 404, '404 page not found\n'],
      ['GET', '/proxies/a/b/c', 404, '404 page not found\n'],
      ['PUT', '/proxies/a', 405, ''],
      ['DELETE', '/proxies', 405, ''],
      ['GET', '/populate', 405, ''],
      ['GET', '/reset', 405, ''],
      ['HEAD', '/version', 405, ''],
    ])('%s %s: %i', async (method, path, status, text) => {
      expect(await ask(method, path)).toMatchObject({ status, text });
    });
  });
};
