/** Hash slots of Redis Cluster. All keys of a queue have its name in braces, so its slot is that of the name. */

export const SLOTS = 16_384;

/** CRC-16/XMODEM modulo the number of slots, as the Redis Cluster specification says. */
export function slotOf(queue: string): number {
  let crc = 0;
  for (let i = 0; i < queue.length; i++) {
    crc ^= queue.charCodeAt(i) << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc % SLOTS;
}
