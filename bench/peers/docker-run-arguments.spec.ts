import { describe, expect, it } from '@jest/globals';
import { dockerRunArguments } from '#peers/docker-run-arguments';

const SPEC = {
  Image: 'agent:latest',
  Labels: { chat_id: 'chat', instance: 'bench' },
  Env: ['AGENT_ID=bench'],
  HostConfig: {
    CapDrop: ['ALL'],
    SecurityOpt: ['no-new-privileges:true'],
    Init: true,
    PidsLimit: 256,
    Memory: 1024,
    MemorySwap: 2048,
    NanoCpus: 1.5e9,
    Ulimits: [{ Name: 'nofile', Soft: 1, Hard: 2 }],
    LogConfig: { Type: 'json-file', Config: { 'max-size': '10' } },
    NetworkMode: 'net',
    Mounts: [
      { Source: '/a', Target: '/b', ReadOnly: false, BindOptions: { Propagation: 'rprivate' } },
      { Source: '/c', Target: '/d', ReadOnly: true, BindOptions: { Propagation: 'rprivate' } },
    ],
  },
};

describe('docker run', () => {
  it('is asked for the same container as the engine is', () => {
    expect(dockerRunArguments('sandbox-chat', SPEC)).toEqual([
      'run',
      '-d',
      '--name=sandbox-chat',
      '--label=chat_id=chat',
      '--label=instance=bench',
      '--env=AGENT_ID=bench',
      '--network=net',
      '--init',
      '--cap-drop=ALL',
      '--security-opt=no-new-privileges:true',
      '--pids-limit=256',
      '--memory=1024',
      '--memory-swap=2048',
      '--cpus=1.5',
      '--ulimit=nofile=1:2',
      '--log-driver=json-file',
      '--log-opt=max-size=10',
      '--mount=type=bind,source=/a,target=/b,bind-propagation=rprivate',
      '--mount=type=bind,source=/c,target=/d,readonly,bind-propagation=rprivate',
      'agent:latest',
    ]);
  });
});
