/* SPDX-License-Identifier: Apache-2.0 */
/* Every ceiling and deadline of the project, each with its reason. */
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/* GGUF: larger than any vocabulary (256 k tokens take 8 MiB), small enough to scan at once. */
#define GGUF_MAX_METADATA (64u << 20)
/* GGUF: keys are identifiers; llama.cpp means to cut at 64, some converters write more. */
#define GGUF_MAX_KEY 256u
/* GGUF: chat templates are the longest strings in use (under 32 KiB). */
#define GGUF_MAX_STRING (64u << 10)
/* GGUF: the format knows no more dimensions. */
#define GGUF_MAX_DIMS 4u
/* GGUF: the largest models in use have under 100 keys and 1,200 tensors; tables of these sizes stay
 * below 1 MiB. */
#define GGUF_MAX_KEYS 4096u
#define GGUF_MAX_TENSORS 8192u
/* GGUF: ggml keeps tensor names in 64 bytes with a NUL at the end. */
#define GGUF_MAX_NAME 63u
/* GGUF: largest alignment in use is 64; a page is the largest that a map can promise. */
#define GGUF_MAX_ALIGNMENT 4096u

/* Tokens of a vocabulary: the largest in use have 262,144. */
#define TOKENIZER_MAX_TOKENS (1u << 20)
/* Merges of a vocabulary: the largest in use have 580,604 (Gemma). */
#define TOKENIZER_MAX_MERGES (2u << 20)
/* Bytes of a name that text is matched with: the longest in use are runs of 128 spaces, two bytes
 * each. Longer names stay in the vocabulary, but text never becomes them. */
#define TOKENIZER_MAX_TOKEN 1024u
/* Names of control and user-defined tokens together: Gemma has 6,414, 72 KiB; a node of the search
 * tree for each byte takes 16 MiB at most. */
#define TOKENIZER_MAX_SPECIAL (1u << 20)
/* Text to be turned into ids at once: merging takes up to 56 bytes for each. */
#define TOKENIZER_MAX_TEXT (16u << 20)

/* A sentence to be spoken: over two minutes of speech; a longer one is cut at a space. */
#define SPEAKABLE_MAX_SENTENCE 2048u

/* Settings of one stage in a manifest: more than any stage has. */
#define STAGE_MAX_SETTINGS 16
/* Stages of one chain: generator, analyser, acoustic, vocoder, effects, sink, and room. */
#define CHAIN_MAX_STAGES 12
/* A voice manifest is a page of text; a larger file is something else. */
#define MANIFEST_MAX_SIZE (64u << 10)

/* Text goes to the analyser in pieces of this size, so that memory does not grow with a file. */
#define TEXT_PIECE_SIZE (16u << 10)

/* A sentence without an end is cut at this many bytes: a minute of speech, eight times the usual
 * sentence. It bounds the analyser's memory and its latency. */
#define SENTENCE_MAX_SIZE 1024u
/* Blocks of text that a language model may be ahead of the voice: about a minute of speech. */
#define AHEAD_MAX_BLOCKS 16u

/* Compute threads of one pool: more cores than a desktop has do not help one stream. */
#define THREADS_MAX 64u

/* Language models: the largest in use (405 billion numbers) have 126 layers of width 16,384 with
 * 128 heads; vocabularies reach 262,144. Products of any two of these fit 32 bits. */
#define LLM_MAX_LAYERS 256u
#define LLM_MAX_WIDTH 32768u
#define LLM_MAX_HEADS 256u
#define LLM_MAX_HEAD_SIZE 512u
#define LLM_MAX_FEED_FORWARD (256u << 10)
#define LLM_MAX_VOCABULARY (1u << 20)
/* What is said to a language model in one go, and what it answers: no context holds more. */
#define LLM_MAX_TEXT (1u << 20)
/* The longest that any file claims is a million (2^20) positions. */
#define LLM_MAX_CONTEXT (1u << 20)

/* Speaking rate, as a factor: 0.1 is slower than anyone asks for, 10 is Spiel's upper end. */
#define RATE_MIN 0.1
#define RATE_MAX 10.0
/* Slower than this a model is out of what it has learned (its phonemes drone), and the sound is
 * stretched in time instead; base/rate.h. */
#define RATE_VOICE_MIN 0.5
/* Up to here the model's own durations sound better than compressed sound; beyond they lose
 * phonemes. HACKING.md has the figures. */
#define RATE_VOICE_MAX 1.25
/* A model computes at most so much more than what is heard: half of the time of one core with the
 * default voice, which is eight times faster than speech. */
#define RATE_STRETCH_MAX 4.0
/* Pitch, as a factor: one octave down and up. */
#define PITCH_MIN 0.5
#define PITCH_MAX 2.0
/* Volume, as a factor: 4 is +12 dB; a limiter keeps it from wrapping. */
#define VOLUME_MAX 4.0
/* Temperature of a language model: above 2 it writes noise. */
#define TEMPERATURE_MAX 2.0
/* Tokens of one answer: 256 KiB of text, which is what one request may speak. */
#define LLM_MAX_ANSWER 65536u

/* Clients of the daemon at one time: more than a desktop has programs that speak. A connection that
 * owes us an event loses its place when another one comes, so that slow ones, however many, keep
 * nobody out and cost no more memory than this. */
#define CLIENTS_MAX 64u
/* Requests of one client that wait or run: a screen reader sends a page at once, a program in a
 * loop is stopped. */
#define REQUESTS_MAX_PER_CLIENT 256u
/* Text of one request, or of one answer: a long chapter. */
#define TEXT_MAX_SIZE (256u << 10)
/* Language models in a list: each is hundreds of megabytes. */
#define MODELS_MAX 256u
/* Voices that stand in for one that does not load, one after the other, until a request fails. */
#define VOICES_MAX_TRIES 8u
/* Parts of the daemon that want to know when the voices change. */
#define VOICES_MAX_WATCHERS 8u
/* SSML: elements inside each other; documents use under ten. */
#define SSML_MAX_DEPTH 64u
/* SSML: the longest silence of one <break>; longer ones are a slip, or an attempt to block. */
#define SSML_MAX_PAUSE_MS 10000u
/* Descriptors kept back from clients: a new worker needs two, a respawn of all of them under 20. */
#define DESCRIPTORS_RESERVED 32
/* Descriptors of the daemon: more than 64 clients with a pipe for each of their requests need. */
#define DESCRIPTORS_MAX 32768u
/* Workers at one time: voices and language models that are loaded, and the loudspeaker. */
#define WORKERS_MAX 16u
/* Streams of one worker: each is a thread and the state of a voice, a few MiB. */
#define STREAMS_MAX 16u
/* One frame between daemon and worker: a second of samples, or a piece of text. */
#define FRAME_MAX_PAYLOAD (60u << 10)
/* Samples of a request that the daemon holds: over 5 s at 24 kHz, so that the next sentence is
 * ready when this one ends. */
#define SOUND_BUFFER_SAMPLES (128u << 10)
/* Events of a request that the daemon holds: 5 s hold some 30 words; a mark may follow each. */
#define SOUND_BUFFER_EVENTS 1024u
/* The longest name of an SSML mark that is passed on; longer ones are cut. */
#define MARK_MAX_NAME 63u
/* A worker that dies young is started again no sooner than this after its last start, and at most
 * this. ms */
#define RESPAWN_MIN_MS 1000u
#define RESPAWN_MAX_MS 30000u
/* When the system has no descriptor, process or memory for a worker: so often and so soon is it
 * tried again before the request fails, which is not noticed as a wait. */
#define START_TRIES 3u
#define START_AGAIN_MS 50u
/* Deaths of a worker without progress until the request that it worked on is given up: two when it
 * fell by itself; more when it was killed from outside, which says less about the request. */
#define DEATHS_MAX 2u
#define KILLS_MAX 8u
/* A voice that does not load in that time never will: big models take seconds from a slow disk. */
#define WORKER_OPEN_MS 60000u
/* A configuration file is a page of text; a larger file is something else. */
#define CONFIG_MAX_SIZE (64u << 10)
/* Wrong lines of a configuration file that are told one by one. */
#define CONFIG_MAX_COMPLAINTS 50u
/* Samples that the playback worker holds ahead of the ear: one second of the highest rate that
 * voices have. */
#define PLAY_BUFFER_SAMPLES 48000u
/* Samples that it feeds to the sink at once, at most. */
#define PLAY_BLOCK_SAMPLES 4096u
/* How long the loudspeaker waits, in all, for a client that wants a request's sound too and does
 * not read it: a hiccup, not a stop. ms */
#define READER_MAX_WAIT_MS 3000u
/* How long a sound device that was there may be gone until what it played fails: a sound server
 * that is started again takes seconds. ms */
#define DEVICE_LOST_MS 10000u

/* Sound: between a callback and the loudspeaker; no device or server holds more (Bluetooth takes
 * 0.3 s), so that more is a clock that cannot be trusted. */
#define AUDIO_MAX_LATENCY_MS 2000
/* Sound: a device that asks for no samples for so long is gone. A server that moves a stream to
 * other headphones takes up to a second. */
#define AUDIO_STALL_MS 3000
/* sd_sori: a message of speech-dispatcher; its server cuts at less. */
#define SPEECHD_BLOCK_MAX (1u << 20)
/* sd_sori: samples stop coming from the daemon while so much waits for the server: 0.7 s. */
#define SPEECHD_REPLY_FULL (32u << 10)
/* sd_sori: a server that reads nothing while so much waits for it is gone. */
#define SPEECHD_REPLY_MAX (4u << 20)
/* sd_sori: an event of the daemon's socket, or the next part of its samples. */
#define SPEECHD_LINK_BUFFER (32u << 10)
/* sd_sori: the daemon starts in well under a second; nobody waits longer than this for speech. */
#define SPEECHD_CONNECT_MS 5000
#define SPEECHD_RETRY_MS 20
/* sd_sori: starting the daemon again sooner would only heap up processes. */
#define SPEECHD_RESPAWN_MS 2000
/* sd_sori: after so long without a word from the daemon it is asked for a sign of life, and after
 * as long again without one it hangs. While it lives it takes care of hung workers itself. */
#define SPEECHD_SILENCE_MS 5000
/* sd_sori: signs of life in a row without a sample until the message is given up: the daemon's
 * watchdog of its workers, and the time that a big voice may take to load, are shorter. */
#define SPEECHD_MAX_PONGS 16
/* sd_sori: a message that breaks so many connections without a sample is given up. */
#define SPEECHD_MAX_BREAKS 3
/* sd_sori: sound icons are blips. */
#define SPEECHD_ICON_SECONDS 10
/* Wyoming: a header line has a type and a few numbers, or a short text inline. */
#define WYOMING_MAX_LINE (16u << 10)
/* Wyoming: data of an event: the longest text with its JSON escapes; what is sent along is less. */
#define WYOMING_MAX_DATA (1u << 20)
/* Wyoming: binary payload of an event from a client: one frame; it is read and thrown away. */
#define WYOMING_MAX_PAYLOAD (1u << 20)
/* Wyoming: objects and lists inside each other; its events use five. */
#define WYOMING_MAX_DEPTH 16u
/* Wyoming: with this much unsent, no more sound is taken and no more is read from the client... */
#define WYOMING_FULL (128u << 10)
/* ...and past this, which takes the longest answer of a language model, the connection ends. */
#define WYOMING_MAX_UNSENT (4u << 20)
/* Wyoming: a header must be complete this long after its first byte, or after the connection... */
#define WYOMING_HEADER_MS 5000u
/* ...and the whole event this long after its header: slow clients hold no place for ever. */
#define WYOMING_MESSAGE_MS 30000u

/* A frame of a stream into a pipe: at most PIPE_BUF, so that one write() takes all of it or nothing
 * and a reader that reads each field once never meets half of one. */
#define STREAM_FRAME_SIZE 4096u
/* Frames of a stream that wait: events without sound between them, at most those of one text. */
#define STREAM_MAX_UNSENT (1u << 20)
/* What may wait for a message bus that does not read; signals are dropped then, answers are not. */
#define DBUS_MAX_UNSENT (16 << 20)
/* Streams of one D-Bus peer, with those whose sound is complete but not read yet. */
#define STREAMS_MAX_PER_PEER 256u

#endif
