import { beforeEach, describe, expect, it } from '@jest/globals';
import { aContainer, aContainerIn } from '../../../../test/builders/containers.js';
import { SeenContainers } from './seen-containers.js';

describe('SeenContainers', () => {
  const container = aContainer();
  const other = aContainer({ containerId: 'container-2' });
  let seen: SeenContainers;

  beforeEach(() => {
    seen = new SeenContainers();
    seen.hear();
  });

  it('keeps what a look has shown', () => {
    seen.beginLook().end([container, other]);
    expect([seen.find('container-1'), seen.find('container-2'), seen.find('x')]).toEqual([
      container,
      other,
      null,
    ]);
  });

  it('keeps nothing of a look that began before anything was heard', () => {
    seen = new SeenContainers();
    const look = seen.beginLook();
    seen.hear();
    look.end([container]);
    expect(seen.size).toBe(0);
  });

  it('drops what something has happened to, and no other', () => {
    seen.beginLook().end([container, other]);
    seen.outdate('container-1');
    expect([seen.find('container-1'), seen.find('container-2')]).toEqual([null, other]);
  });

  describe('of containers in the network of a holder', () => {
    const [inFirst, alsoInFirst, inSecond] = [
      aContainer({ networkHolderId: 'holder-1' }),
      aContainer({ containerId: 'container-2', networkHolderId: 'holder-1' }),
      aContainer({ containerId: 'container-3', networkHolderId: 'holder-2' }),
    ];
    const found = () => ['container-1', 'container-2', 'container-3'].map((id) => seen.find(id));

    it('drops those whose holder something has happened to, and no others', () => {
      seen.beginLook().end([inFirst, alsoInFirst, inSecond]);
      seen.outdate('holder-1');
      expect(found()).toEqual([null, null, inSecond]);
    });

    it('keeps nothing of those whose holder something happened to while the look was under way', () => {
      const look = seen.beginLook();
      seen.outdate('holder-1');
      look.end([inFirst, inSecond]);
      expect(found()).toEqual([null, null, inSecond]);
    });

    it('drops them still after they themselves were seen again', () => {
      seen.beginLook().end([inFirst]);
      seen.beginLook().end([inFirst]);
      seen.outdate('holder-1');
      expect(seen.size).toBe(0);
    });
  });

  it('keeps nothing of what something happened to while the look was under way', () => {
    const look = seen.beginLook();
    seen.outdate('container-1');
    look.end([container, other]);
    expect([seen.find('container-1'), seen.find('container-2')]).toEqual([null, other]);
  });

  it('keeps what a later look shows, whatever happened before', () => {
    const early = seen.beginLook();
    seen.outdate('container-1');
    seen.beginLook().end([container]);
    early.end([aContainer({ ip: '172.18.0.99' })]);
    expect(seen.find('container-1')).toEqual(container);
  });

  it('keeps nothing where something was missed, nor of looks that had begun', () => {
    const look = seen.beginLook();
    seen.beginLook().end([other]);
    seen.missed(true);
    look.end([container]);
    expect(seen.size).toBe(0);
    seen.beginLook().end([container]);
    expect(seen.size).toBe(1);
  });

  it('keeps nothing while it does not hear', () => {
    seen.missed(false);
    seen.beginLook().end([container]);
    expect(seen.size).toBe(0);
  });

  it.each(['created', 'dead', 'removing'] as const)('keeps none that does not live: %s', (state) => {
    seen.beginLook().end([container]);
    seen.beginLook().end([aContainerIn(state)]);
    expect(seen.size).toBe(0);
  });

  it('holds no more than what lives, also after many have gone', () => {
    for (let number = 0; number < 1000; number += 1) {
      const containerId = `passing-${number}`;
      seen.beginLook().end([aContainer({ containerId })]);
      seen.outdate(containerId);
    }
    expect(seen.size).toBe(0);
  });
});
