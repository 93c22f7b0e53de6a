/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writes the first seeds of the fuzz targets into FOLDER/NAME, from what the other tests are made
 * of: `make corpus`. What a fuzzer found (files named found-*) is added by hand and stays.
 */
#include <dbus/dbus.h>
#include <errno.h>

#include "daemon/frame.h"
#include "fuzz/fuzz.h"
#include "tests/unit/gguf-whole.h"
#include "unit/lexicon-file.h"

static const char *folder;

static void save(const char *target, const char *name, const void *data, size_t size)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", folder, target);
    if (mkdir(path, 0755) < 0 && errno != EEXIST)
        abort();
    snprintf(path, sizeof path, "%s/%s/%s", folder, target, name);
    file = fopen(path, "wbe");
    if (!file || fwrite(data, 1, size, file) != size || fclose(file)) {
        perror(path);
        exit(1);
    }
}

static void save_numbered(const char *target, const char *stem, unsigned i, const void *data,
                          size_t size)
{
    char name[64];

    snprintf(name, sizeof name, "%s-%02u", stem, i);
    save(target, name, data, size);
}

/* --- files ------------------------------------------------------------------------------------ */

static void make_gguf(void)
{
    struct builder whole = {0}, empty = {0}, values = {0};
    struct sori_span file = gguf_whole(&whole);

    save("gguf", "whole", file.data, file.size);
    builder_free(&whole);
    put_header(&empty, 2, 0, 0);
    save("gguf", "empty", empty.data, empty.size);
    builder_free(&empty);
    put_header(&values, 3, 1, 3);
    put_key_u32(&values, "general.alignment", 8);
    put_key(&values, "a.name", GGUF_STRING);
    put_string(&values, "name");
    put_array(&values, "a.list", GGUF_U16, 3);
    put_fill(&values, 7, 6);
    put_tensor(&values, "t", TENSOR_F32, 2, NE(2, 3), 0);
    put_data(&values, 8, 24);
    save("gguf", "small", values.data, values.size);
    builder_free(&values);
}

static void put_model(struct lexicon_file *file)
{
    const float scale = 0.01f;

    file_put_u32(file, 3);
    file_put(file, &scale, sizeof scale);
    file_put_u32(file, 8);
    file_put(file, "\1k\2'{\1t", 7); /* three chunks of sounds */
    for (int letter = 0; letter < 27; letter++)
        file_put(file, "\3\0\1\2", 4); /* any letter may be any of them */
    for (int i = 0; i < 256; i++)
        file_put(file, &(char){(char)(i * 31)}, 1);
}

/* Two files: as the lexicon's own test has it, and one whose unknown words have a letter model. */
static void make_lexicon(void)
{
    struct lexicon_file words = lexicon_file_make(), model = {0}, file = {0}, block = {0};

    save("lexicon", "words", words.bytes, words.n);
    put_model(&model);
    file_put_entry(&block, "rat", "\4r{t", 4);
    file_put(&file, "SORIENG1", 8);
    file_put_u32(&file, 2);
    file_put(&file, "WORD", 4);
    file_put_u32(&file, 12 + 24);
    file_put_u32(&file, 12 + block.n);
    file_put(&file, "LTSW", 4);
    file_put_u32(&file, 12 + 24 + 12 + block.n);
    file_put_u32(&file, model.n);
    file_put_u32(&file, 1);
    file_put_u32(&file, 1);
    file_put_u32(&file, 0);
    file_put(&file, block.bytes, block.n);
    file_put(&file, model.bytes, model.n);
    save("lexicon", "letters", file.bytes, file.n);
}

static void save_source(const char *target, const char *name, const char *source)
{
    struct sori_span file = fuzz_map(source);

    save(target, name, file.data, file.size);
}

static void make_settings(void)
{
    static const char wrong[] = "# a remark\nvoice = early\n[speech]\nrate = 99\nrate = 1e999\n"
                                "pitch: 0.5\nseed = -1\n[nowhere]\nkey = value\n[daemon]\n"
                                "sandbox = maybe\nwatchdog = nan\nno equals sign\n[\n";
    static const char right[] = "[speech]\nvoice = heart\nrate = 1.5\npitch = 2\nvolume = 0.5\n"
                                "seed = 7\n[ask]\nmodel = a.gguf\ntemperature = 0\n[audio]\n"
                                "output = wavfile file=x.wav\nlead-in = 0.1\n[daemon]\n"
                                "idle-exit = 60\nloaded-voices = 2\nsandbox = no\n";
    static const char chain[] = "[voice]\nname = N\nlanguage = en\nsample_rate = 8000\n[chain]\n"
                                "analyser = a lexicon=x output=words\nacoustic = b model=y\n"
                                "vocoder = c\neffect = d k=v k=w l=\n";

    save("config", "wrong", wrong, sizeof wrong - 1);
    save("config", "right", right, sizeof right - 1);
    save("manifest", "chain", chain, sizeof chain - 1);
    save_source("manifest", "tone", "voices/tone/tone.voice");
    save_source("manifest", "heart", "voices/heart/heart.voice");
}

/* --- protocols -------------------------------------------------------------------------------- */

static void put_frame(struct builder *b, enum frame_type type, const void *payload, size_t size)
{
    put_u32(b, (uint32_t)size);
    put_u32(b, type);
    put_u32(b, 1);
    put(b, payload, size);
}

static void make_frames(void)
{
    const struct frame_opened opened = {24000};
    const struct frame_start start = {.rate = 1, .pitch = 1, .volume = 1, .credit = 4096};
    const struct frame_number number = {4096};
    const struct frame_event event = {.type = 2, .text_end = 5};
    const struct frame_done done = {-5};
    const struct frame_pong pong = {1, 20};
    struct builder down = {0}, up = {0};

    put_u8(&down, 255); /* in large pieces */
    put_frame(&down, FRAME_START, &start, sizeof start);
    put_frame(&down, FRAME_TEXT, "Hello", 5);
    put_frame(&down, FRAME_CREDIT, &number, sizeof number);
    put_frame(&down, FRAME_TEXT_END, NULL, 0);
    put_frame(&down, FRAME_CANCEL, NULL, 0);
    save("frame", "down", down.data, down.size);
    put_u8(&up, 0); /* byte by byte */
    put_frame(&up, FRAME_OPENED, &opened, sizeof opened);
    put_frame(&up, FRAME_EVENT, &event, sizeof event);
    put_frame(&up, FRAME_AUDIO, "\0\1\2\3", 4);
    put_frame(&up, FRAME_PONG, &pong, sizeof pong);
    put_frame(&up, FRAME_DONE, &done, sizeof done);
    save("frame", "up", up.data, up.size);
    builder_free(&down);
    builder_free(&up);
}

static void make_wyoming(void)
{
    static const char *const streams[] = {
        "\7{\"type\":\"describe\"}\n",
        "\3{\"type\":\"synthesize\",\"data\":{\"text\":\"hi\",\"voice\":{\"name\":\"heart\"},"
        "\"rate\":1.5,\"reading\":\"key\"}}\n",
        "\77{\"type\":\"synthesize\",\"data_length\":16,\"payload_length\":4}\n"
        "{\"text\": "
        "\"hello\"}abcd{\"type\":\"ping\"}\n\n{\"type\":\"x\",\"data\":{\"a\":[[1e3]]}}\n",
        "\1{\"type\":\"synthesize-start\",\"data\":{\"text_format\":\"ssml\","
        "\"punctuation\":\"all\",\"capitals\":\"icon\"}}\n"
        "{\"type\":\"synthesize-chunk\",\"data\":{\"text\":\"\\u00fc\\ud83d\\ude00\"}}\n",
    };

    for (unsigned i = 0; i < sizeof streams / sizeof *streams; i++)
        save_numbered("wyoming", "stream", i, streams[i], strlen(streams[i]));
}

static void put_option(DBusMessageIter *dictionary, const char *key, int type, const void *value)
{
    const char signature[] = {(char)type, 0};
    DBusMessageIter entry, variant;

    dbus_message_iter_open_container(dictionary, DBUS_TYPE_DICT_ENTRY, NULL, &entry);
    dbus_message_iter_append_basic(&entry, DBUS_TYPE_STRING, &key);
    dbus_message_iter_open_container(&entry, DBUS_TYPE_VARIANT, signature, &variant);
    dbus_message_iter_append_basic(&variant, type, value);
    dbus_message_iter_close_container(&entry, &variant);
    dbus_message_iter_close_container(dictionary, &entry);
}

static void make_dbus(void)
{
    DBusMessage *call = dbus_message_new_method_call("org.sori.Speech.Provider", "/org/sori",
                                                     "org.sori.Speech1", "Speak");
    const char *text = "Hello", *voice = "heart", *priority = "message";
    const double rate = 1.5, pitch = 0.75;
    const uint64_t seed = 7;
    const dbus_bool_t ssml = TRUE;
    DBusMessageIter arguments, options;
    char *bytes;
    int size;

    dbus_message_set_serial(call, 1);
    dbus_message_iter_init_append(call, &arguments);
    dbus_message_iter_append_basic(&arguments, DBUS_TYPE_STRING, &text);
    dbus_message_iter_open_container(&arguments, DBUS_TYPE_ARRAY, "{sv}", &options);
    put_option(&options, "voice", DBUS_TYPE_STRING, &voice);
    put_option(&options, "priority", DBUS_TYPE_STRING, &priority);
    put_option(&options, "rate", DBUS_TYPE_DOUBLE, &rate);
    put_option(&options, "pitch", DBUS_TYPE_DOUBLE, &pitch);
    put_option(&options, "seed", DBUS_TYPE_UINT64, &seed);
    put_option(&options, "ssml", DBUS_TYPE_BOOLEAN, &ssml);
    dbus_message_iter_close_container(&arguments, &options);
    if (!dbus_message_marshal(call, &bytes, &size))
        abort();
    save("dbus", "speak", bytes, (size_t)size);
    dbus_free(bytes);
    dbus_message_unref(call);
}

/* --- texts ------------------------------------------------------------------------------------ */

static const char *const documents[] = {
    "<?xml version=\"1.0\"?><speak version=\"1.1\" xml:lang=\"en-US\"><p><s>One.</s><s>Two "
    "<emphasis level=\"strong\">three</emphasis></s></p></speak>",
    "a<mark name=\"x\"/>b<break time=\"500ms\"/>c<break strength=\"weak\"/>",
    "<speak><prosody rate=\"slow\" pitch=\"+2st\" volume=\"-6dB\">low "
    "<prosody rate=\"150%\">quick</prosody></prosody></speak>",
    "<say-as interpret-as=\"date\" format=\"dmy\">1/2/2024</say-as> "
    "<say-as interpret-as=\"characters\">AB3</say-as> "
    "<say-as interpret-as=\"telephone\">555-1234</say-as>",
    "<speak><sub alias=\"World Wide Web\">WWW</sub><phoneme alphabet=\"ipa\" "
    "ph=\"t\xc9\x99\xcb\x88m\x61\xcb\x90\">x</phoneme>&amp;&#x41;&lt;</speak>",
    "<speak>1 < 2 & 3 <b>loose<mark name='y'> <!-- -- --><![CDATA[x]]></speak",
};

/* `head` is what the target reads before the text. */
static void save_text(const char *target, const char *stem, unsigned i, const char *head,
                      size_t head_size, const char *text)
{
    struct builder b = {0};

    put(&b, head, head_size);
    put(&b, text, strlen(text));
    save_numbered(target, stem, i, b.data, b.size);
    builder_free(&b);
}

static void make_documents(void)
{
    for (unsigned i = 0; i < sizeof documents / sizeof *documents; i++) {
        save_text("ssml", "document", i, "", 0, documents[i]);
        save_text("english", "document", i, "\2\0\20", 3, documents[i]);
        save_text("speak", "document", i, "\7\1\0\0\0", 5, documents[i]);
    }
}

/* Texts of the analyser's own test, some rows together, read in every way in turn. */
static void make_sentences(void)
{
    enum { ROWS = 33 };
    struct sori_span table = fuzz_map("tests/unit/english-words.tsv");
    const char *at = (const char *)table.data, *end = at + table.size;
    struct builder b = {0};
    unsigned row = 0, i = 0;

    for (; at < end; row++) {
        const char *line_end = memchr(at, '\n', (size_t)(end - at));
        const char *tab = memchr(at, '\t', (size_t)(end - at));
        if (!line_end || !tab)
            abort();
        if (!b.size)
            put(&b,
                (const char[]){(char)(i % 2 | (i % 7 << 4) | (i % 5 ? 0 : i % 4 << 2)), (char)i,
                               (char)(i * 3)},
                3);
        put(&b, at, (size_t)(tab - at));
        put_u8(&b, '\n');
        at = line_end + 1;
        if (row % ROWS == ROWS - 1 || at >= end) {
            save_numbered("english", "rows", i++, b.data, b.size);
            builder_free(&b);
        }
    }
}

/* A vocabulary of its own: few names, all that a file of its family can have. */
static void make_vocabulary(const char *model)
{
    static const char *const names[] = {"<unk>", "<s>", "</s>", "a", "b",      "c", "ab",
                                        "abc",   " ",   "H",    "e", "<0x0A>", "1", "\xe2\x96\x81"};
    enum { NAMES = sizeof names / sizeof *names };
    bool bytes = !strcmp(model, "gpt2");
    struct builder b = {0};

    put_header(&b, 3, 0, 8);
    put_key(&b, "tokenizer.ggml.model", GGUF_STRING);
    put_string(&b, model);
    put_key(&b, "tokenizer.ggml.pre", GGUF_STRING);
    put_string(&b, "gpt-2");
    put_array(&b, "tokenizer.ggml.tokens", GGUF_STRING, NAMES);
    for (size_t i = 0; i < NAMES; i++)
        put_string(&b, names[i]);
    put_array(&b, "tokenizer.ggml.token_type", GGUF_I32, NAMES);
    for (size_t i = 0; i < NAMES; i++)
        put_u32(&b, i == 0 ? 2 : i < 3 ? 3 : i == 11 && !bytes ? 6 : 1);
    if (bytes) {
        put_array(&b, "tokenizer.ggml.merges", GGUF_STRING, 2);
        put_string(&b, "a b");
        put_string(&b, "ab c");
    } else {
        put_array(&b, "tokenizer.ggml.scores", GGUF_F32, NAMES);
        for (size_t i = 0; i < NAMES; i++)
            put_f32(&b, -(float)i);
    }
    put_key_u32(&b, "tokenizer.ggml.bos_token_id", 1);
    put_key_u32(&b, "tokenizer.ggml.eos_token_id", 2);
    put_key(&b, "tokenizer.ggml.add_bos_token", GGUF_BOOL_TYPE);
    put_u8(&b, 1);
    save("tokenizer", model, b.data, b.size);
    builder_free(&b);
}

static void make_tokenizer(void)
{
    static const char *const texts[] = {
        "Once upon a time, I'm 12345 o'clock.\n\n  x\t",
        "na\xc3\xafve \xe2\x96\x81 \xf0\x9f\x91\x8d\xf0\x9f\x8f\xbd \xec\x95\x88\xeb\x85\x95",
        "<|im_start|>user\nHi<|im_end|></s><0x41>",
        "\xff\xc3(\xe2\x82",
    };

    make_vocabulary("gpt2");
    make_vocabulary("llama");
    for (unsigned i = 0; i < sizeof texts / sizeof *texts; i++) {
        save_text("tokenizer", "spoken", i, &(char){(char)i}, 1, texts[i]);
        save_text("speak", "text", i, (const char[]){3, (char)(8 * i), (char)i, (char)(50 * i), 9},
                  5, texts[i]);
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "Usage: make-corpus FOLDER\n");
        return 2;
    }
    folder = argv[1];
    make_gguf();
    make_lexicon();
    make_settings();
    make_frames();
    make_wyoming();
    make_dbus();
    make_documents();
    make_sentences();
    make_tokenizer();
    return 0;
}
