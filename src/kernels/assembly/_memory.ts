// The memory of a kernel whose caller says where things lie: everything from `base` on is free.

/** First free byte, behind the kernel's own tables; a multiple of 64. */
export function base(): usize {
  return (__heap_base + 63) & ~63
}

/** Makes every byte below `end` usable; false when there is no more memory. Views of the memory must be made anew after it. */
export function reserve(end: usize): bool {
  const have = <usize>memory.size() << 16
  return end <= have || memory.grow(<i32>((end - have + 0xffff) >> 16)) >= 0
}
