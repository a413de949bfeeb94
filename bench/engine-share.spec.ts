import { describe, expect, it } from '@jest/globals';
import { sharesIn } from '#engine-share';

describe("the processor's time by command", () => {
  it('counts a line a sample, and kernel workers as one', () => {
    const script = '  exe \n runc:[2:INIT] \n exe \n kworker/0:2H-kb \n kworker/u8:0-kv \n\n';
    expect([...sharesIn(script)]).toEqual([
      ['exe', 2],
      ['runc:[2:INIT]', 1],
      ['kworker', 2],
    ]);
  });
});
