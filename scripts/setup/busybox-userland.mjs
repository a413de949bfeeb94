import { appletsOf, ensureStaticBusybox } from './static-busybox.mjs';

/** Puts a static busybox under all its names into the archive, with the folders that every container needs. */
export async function addBusyboxUserland(archive) {
  const busybox = await ensureStaticBusybox();
  for (const folder of ['bin', 'dev', 'etc', 'proc', 'root', 'sys', 'usr', 'var']) archive.folder(folder);
  archive.folder('tmp', 0o1777);
  archive.file('bin/busybox', { from: busybox, mode: 0o755 });
  for (const name of await appletsOf(busybox)) {
    if (name !== 'busybox') archive.link(`bin/${name}`, 'busybox');
  }
  // Scripts look for /usr/bin/env.
  for (const folder of ['sbin', 'usr/bin', 'usr/sbin']) archive.link(folder, '/bin');
  archive.file('etc/passwd', {
    content: 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n',
  });
  archive.file('etc/group', { content: 'root:x:0:\nnogroup:x:65534:\n' });
}
