/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cpu.h: instruction sets, detected once by the host
 *
 * A set counts as present only when the processor has it (CPUID) and the operating system saves its
 * registers (XGETBV), as the Intel manual has it (volume 1, sections 14.3, 14.7.1, 15.2). The
 * environment variable SORI_CPU masks the result: "c" leaves none, "avx2" leaves up to AVX2,
 * "avx512" up to AVX-512 with VNNI; anything else leaves all. Results of one set are reproducible
 * bit for bit; those of different sets differ by rounding.
 */
#ifndef SORI_CPU_H
#define SORI_CPU_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SORI_CPU_AVX2 (UINT64_C(1) << 0)   /* AVX2, FMA and F16C */
#define SORI_CPU_AVX512 (UINT64_C(1) << 1) /* AVX-512 F, BW, DQ, VL and VNNI */
#define SORI_CPU_NEON (UINT64_C(1) << 2)   /* always there on aarch64 */

#if defined(__x86_64__)
#include <cpuid.h>

/* Which registers the system saves: bits 1, 2: SSE, AVX; 5 to 7: those of AVX-512. Traps without
 * OSXSAVE. */
static inline uint64_t sori_cpu_xgetbv(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/* The sets of this processor, before the mask. Any thread. */
static inline uint64_t sori_cpu_detect_hardware(void)
{
    enum { OSXSAVE_AVX_FMA_F16C = 1 << 27 | 1 << 28 | 1 << 12 | 1 << 29 };
    enum { AVX2 = 1 << 5, F = 1 << 16, DQ = 1 << 17, BW = 1 << 30, VNNI = 1 << 11 };
    const uint32_t VL = UINT32_C(1) << 31;
    uint32_t a, b, c, d;
    uint64_t saved, flags = 0;

    if (!__get_cpuid(1, &a, &b, &c, &d) || (c & OSXSAVE_AVX_FMA_F16C) != OSXSAVE_AVX_FMA_F16C)
        return 0;
    saved = sori_cpu_xgetbv();
    if ((saved & 0x6) != 0x6 || !__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & AVX2))
        return 0;
    flags |= SORI_CPU_AVX2;
    if ((saved & 0xe6) == 0xe6 && (b & F) && (b & DQ) && (b & BW) && (b & VL) && (c & VNNI))
        flags |= SORI_CPU_AVX512;
    return flags;
}
#elif defined(__aarch64__)
static inline uint64_t sori_cpu_detect_hardware(void)
{
    return SORI_CPU_NEON;
}
#else
static inline uint64_t sori_cpu_detect_hardware(void)
{
    return 0;
}
#endif

/* Returns the SORI_CPU_* flags that may be used, after the mask in the environment. Any thread, as
 * long as none changes the environment. */
static inline uint64_t sori_cpu_detect(void)
{
    uint64_t flags = sori_cpu_detect_hardware();
    const char *mask = getenv("SORI_CPU");

    if (mask && !strcmp(mask, "c"))
        return 0;
    if (mask && !strcmp(mask, "avx2"))
        return flags & SORI_CPU_AVX2;
    return flags;
}

#endif
