/* SPDX-License-Identifier: Apache-2.0 */
/* Voice manifests, and the settings that a command line puts into them. */
#include <errno.h>

#include "fuzz/fuzz.h"
#include "worker/error.h"
#include "worker/voice.h"

static void use_stage(struct voice *voice, const struct stage_spec *spec)
{
    char name[300];

    FUZZ_ASSERT(spec->role && *spec->role && spec->plugin && *spec->plugin);
    FUZZ_ASSERT(spec->n_settings <= STAGE_MAX_SETTINGS);
    for (size_t i = 0; i < spec->n_settings; i++)
        FUZZ_ASSERT(*spec->settings[i].key && spec->settings[i].value);
    snprintf(name, sizeof name, "%s.key", spec->role);
    if (voice_set(voice, name, "value") < 0)
        FUZZ_ASSERT(*fail_message());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct voice *voice = NULL;
    int r = voice_read(fuzz_file(data, size), &voice);

    if (r < 0) {
        FUZZ_ASSERT(r == -EBADMSG && *fail_message() && !voice);
        return 0;
    }
    FUZZ_ASSERT(voice->id && voice->name && voice->language && voice->n_stages > 0);
    FUZZ_ASSERT(voice->n_stages <= CHAIN_MAX_STAGES);
    for (size_t i = 0; i < voice->n_stages; i++)
        use_stage(voice, &voice->chain[i]);
    FUZZ_ASSERT(voice_replace(voice, voice->chain[0].role, "tone key=value") == 0);
    voice_free(voice);
    return 0;
}
