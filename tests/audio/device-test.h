/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests that open sound devices under AddressSanitizer: ALSA's plugins (those for JACK, say)
 * leak when PortAudio looks at each of them, and are unloaded again, so that only a whole stack
 * tells that they did it.
 */
#ifndef AUDIO_DEVICE_TEST_H
#define AUDIO_DEVICE_TEST_H

#ifdef __SANITIZE_ADDRESS__
__attribute__((visibility("default"))) const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0";
}

__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libportaudio\nleak:libasound\n";
}
#endif

#endif
