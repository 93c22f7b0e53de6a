/* SPDX-License-Identifier: Apache-2.0 */
/* The settings; tests/daemon/test-config.sh compares man/sori.conf.5 and man/sorid.8 with them. */
#include "daemon/config.h"

#include "base/limits.h"

#define ROW(section, key, type, field, fallback, min, max, help)                                   \
    {                                                                                              \
        section, key, type, offsetof(struct config, field), fallback, min, max, help               \
    }

const struct config_row config_rows[] = {
    ROW("speech", "voice", CONFIG_TEXT, voice, "heart", 0, 0,
        "voice of requests that name neither a voice nor a language"),
    ROW("speech", "rate", CONFIG_NUMBER, rate, "1", RATE_MIN, RATE_MAX,
        "speaking rate of requests that set none; 2 is twice as fast"),
    ROW("speech", "pitch", CONFIG_NUMBER, pitch, "1", PITCH_MIN, PITCH_MAX,
        "pitch of requests that set none; 2 is an octave higher"),
    ROW("speech", "volume", CONFIG_NUMBER, volume, "1", 0, VOLUME_MAX,
        "volume of requests that set none"),
    ROW("speech", "seed", CONFIG_COUNT, seed, "0", 0, 4294967295.0,
        "seed of all random choices; the same seed gives the same samples"),
    ROW("ask", "model", CONFIG_TEXT, model, "", 0, 0,
        "language model of requests that name none; empty: the first one found"),
    ROW("ask", "system", CONFIG_TEXT, system, "", 0, 0, "what the language model is told to be"),
    ROW("ask", "temperature", CONFIG_NUMBER, temperature, "0.7", 0, TEMPERATURE_MAX,
        "how freely the language model chooses words; 0: always the likeliest"),
    ROW("ask", "max-tokens", CONFIG_COUNT, max_tokens, "512", 1, LLM_MAX_ANSWER,
        "longest answer, in tokens of the language model"),
    ROW("audio", "output", CONFIG_TEXT, output, "portaudio", 0, 0,
        "sink plugin that plays, with its settings: PLUGIN KEY=VALUE ..."),
    ROW("audio", "idle-close", CONFIG_SECONDS, idle_close, "5", 0, 600,
        "how long the audio device stays open after the last sound"),
    ROW("audio", "lead-in", CONFIG_SECONDS, lead_in, "0.1", 0, 2,
        "silence before the first sound of a device that was closed"),
    ROW("daemon", "idle-exit", CONFIG_SECONDS, idle_exit, "600", 0, 31536000,
        "exit after that time without clients and requests; 0: never"),
    ROW("daemon", "unload", CONFIG_SECONDS, unload, "300", 0, 31536000,
        "unload a voice or language model that was not used for that time; 0: never"),
    ROW("daemon", "loaded-voices", CONFIG_COUNT, loaded_voices, "4", 1, WORKERS_MAX,
        "voices and language models that are kept loaded at most"),
    ROW("daemon", "concurrent", CONFIG_COUNT, concurrent, "8", 1, STREAMS_MAX,
        "requests for audio only that are worked on at one time"),
    ROW("daemon", "threads", CONFIG_COUNT, threads, "0", 0, THREADS_MAX,
        "compute threads of a voice; 0: one for each core, at most 8"),
    ROW("daemon", "watchdog", CONFIG_SECONDS, watchdog, "10", 0.1, 3600,
        "a worker that shows no sign of life for that time is killed"),
    ROW("daemon", "sandbox", CONFIG_SWITCH, sandbox, "yes", 0, 0,
        "forbid the synthesis workers all system calls that they do not need"),
};
const size_t config_n_rows = sizeof config_rows / sizeof *config_rows;
