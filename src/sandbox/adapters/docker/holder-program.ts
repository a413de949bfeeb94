/** Architectures, as the engine names them, for which there is a program. */
export const HOLDER_ARCHITECTURES = ['amd64', 'arm64'] as const;
export type HolderArchitecture = (typeof HOLDER_ARCHITECTURES)[number];

/*
 * The whole of what runs in a holder, in machine code, since no registry and no compiler is to be needed for it:
 *
 *     while (read(0, &byte, 1) > 0);   // clients send an attach with a body, which may end up here
 *     exit(0);                         // the service died: nobody will ever need this network
 */
const CODE: Readonly<Record<HolderArchitecture, readonly number[]>> = {
  amd64: [
    ...[0x31, 0xff], //                         xor   edi, edi
    ...[0x48, 0x83, 0xec, 0x08], //             sub   rsp, 8
    ...[0x48, 0x89, 0xe6], //                   mov   rsi, rsp
    ...[0xba, 0x01, 0x00, 0x00, 0x00], //       mov   edx, 1
    ...[0x31, 0xc0], //                   read: xor   eax, eax      read
    ...[0x0f, 0x05], //                         syscall
    ...[0x85, 0xc0], //                         test  eax, eax
    ...[0x7f, 0xf8], //                         jg    read
    ...[0xb8, 0x3c, 0x00, 0x00, 0x00], //       mov   eax, 60       exit
    ...[0x31, 0xff], //                         xor   edi, edi
    ...[0x0f, 0x05], //                         syscall
  ],
  arm64: [
    ...[0xff, 0x43, 0x00, 0xd1], //       sub   sp, sp, #16
    ...[0xe1, 0x03, 0x00, 0x91], //       mov   x1, sp
    ...[0x22, 0x00, 0x80, 0xd2], //       mov   x2, #1
    ...[0xe8, 0x07, 0x80, 0xd2], //       mov   x8, #63       read
    ...[0x00, 0x00, 0x80, 0xd2], // read: mov   x0, #0
    ...[0x01, 0x00, 0x00, 0xd4], //       svc   #0
    ...[0x1f, 0x00, 0x00, 0xf1], //       cmp   x0, #0
    ...[0xac, 0xff, 0xff, 0x54], //       b.gt  read
    ...[0x00, 0x00, 0x80, 0xd2], //       mov   x0, #0
    ...[0xa8, 0x0b, 0x80, 0xd2], //       mov   x8, #93       exit
    ...[0x01, 0x00, 0x00, 0xd4], //       svc   #0
  ],
};

/** `e_machine` of the ELF header. */
const MACHINE: Readonly<Record<HolderArchitecture, number>> = { amd64: 62, arm64: 183 };

const HEADERS_BYTES = 64 + 56;
const LOADED_AT = 0x400000n;
/** The largest page that a kernel of these may have. */
const ALIGNMENT = 0x10000n;

export const isHolderArchitecture = (name: string): name is HolderArchitecture =>
  HOLDER_ARCHITECTURES.some((known) => known === name);

/** The holder's program as a static ELF file with one loadable segment, which holds the headers too. */
export function holderProgram(architecture: HolderArchitecture): Buffer {
  const code = Buffer.from(CODE[architecture]);
  const size = BigInt(HEADERS_BYTES + code.length);
  const headers = Buffer.alloc(HEADERS_BYTES);
  headers.write('\x7fELF', 'latin1');
  headers.set([2, 1, 1], 4); // 64 bits, little endian, version 1
  headers.writeUInt16LE(2, 16); // e_type: executable
  headers.writeUInt16LE(MACHINE[architecture], 18);
  headers.writeUInt32LE(1, 20); // e_version
  headers.writeBigUInt64LE(LOADED_AT + BigInt(HEADERS_BYTES), 24); // e_entry
  headers.writeBigUInt64LE(64n, 32); // e_phoff
  headers.writeUInt16LE(64, 52); // e_ehsize
  headers.writeUInt16LE(56, 54); // e_phentsize
  headers.writeUInt16LE(1, 56); // e_phnum
  headers.writeUInt32LE(1, 64); // p_type: load
  headers.writeUInt32LE(5, 68); // p_flags: read and execute
  headers.writeBigUInt64LE(LOADED_AT, 80); // p_vaddr
  headers.writeBigUInt64LE(LOADED_AT, 88); // p_paddr
  headers.writeBigUInt64LE(size, 96); // p_filesz
  headers.writeBigUInt64LE(size, 104); // p_memsz
  headers.writeBigUInt64LE(ALIGNMENT, 112);
  return Buffer.concat([headers, code]);
}
