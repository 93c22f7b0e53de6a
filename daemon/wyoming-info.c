/* SPDX-License-Identifier: Apache-2.0 */
/* What we are, as Wyoming's clients want to know it. */
#include "daemon/wyoming-connection.h"

/* Every artifact has these; `version` is that of the program, for a voice too. */
static json_t *artifact(const char *name, const char *description)
{
    return json_pack("{s:s, s:{s:s, s:s}, s:b, s:s, s:s}", "name", name, "attribution", "name",
                     "Sori", "url", "", "installed", 1, "description", description, "version",
                     PACKAGE_VERSION);
}

static json_t *entry(const struct voice_info *info)
{
    json_t *object = artifact(info->id, info->name);
    json_t *languages = *info->language ? json_pack("[s]", info->language) : json_array();

    if (json_object_set_new(object, "languages", languages) < 0) {
        json_decref(object);
        return NULL;
    }
    return object;
}

/* Appends the program `sori` with a list of what `get` gives. */
static int add_program(json_t *programs, const struct voices *voices, const char *list_name,
                       const char *streaming, size_t n,
                       const struct voice_info *(*get)(const struct voices *voices, size_t index))
{
    json_t *program = artifact("sori", "Speech from text, on this machine alone");
    json_t *list = json_array();
    int r = json_object_set_new(program, streaming, json_true());

    for (size_t i = 0; r == 0 && i < n; i++)
        r = json_array_append_new(list, entry(get(voices, i)));
    if (json_object_set_new(program, list_name, list) < 0)
        r = -1;
    return json_array_append_new(programs, program) < 0 ? -1 : r;
}

json_t *wyoming_info(const struct voices *voices)
{
    json_t *speakers = json_array(), *models = json_array();
    int r = add_program(speakers, voices, "voices", "supports_synthesize_streaming",
                        voices_count(voices), voices_get);

    if (r == 0 && models_count(voices))
        r = add_program(models, voices, "models", "supports_handled_streaming",
                        models_count(voices), models_get);
    if (r < 0) {
        json_decref(speakers);
        json_decref(models);
        return NULL;
    }
    return json_pack("{s:o, s:o, s:[], s:[], s:[], s:[], s:[]}", "tts", speakers, "handle", models,
                     "asr", "intent", "wake", "mic", "snd");
}
