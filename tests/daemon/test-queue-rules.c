/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The five priorities, as "Priority Categories" of speech-dispatcher's SSIP manual (doc/ssip.texi)
 * tells them, each sentence a row. While the loudspeaker is paused, requests are submitted one
 * after the other, so that the first one is "being spoken"; then it goes on.
 */
#include "daemon/harness.h"

static const struct row {
    const char *submitted; /* i m t n p: the priorities */
    const char *spoken;    /* which of them are, in that order, from 1; the others are cancelled */
} rows[] = {
    /* important: "never interrupted ... queued and said in the order they came" */
    {"ii", "12"},
    {"iii", "123"},
    {"im", "12"},
    {"it", "12"},
    /* "while a message of another priority is being spoken, the other message is canceled" ... but
     * what has priority message is not lost here, only said again from where it was */
    {"ti", "2"},
    {"ni", "2"},
    {"pi", "2"},
    {"mi", "21"},
    /* "other messages of lower priorities are postponed (message and text)" */
    {"mti", "312"},
    {"mmi", "312"},
    {"imt", "123"},
    /* "or are canceled (notification and progress)": but the last progress message is held */
    {"ini", "13"},
    /* message: "doesn't interrupt itself" */
    {"mm", "12"},
    {"mmm", "123"},
    /* "notification, progress or text waiting or being spoken ... are canceled" */
    {"tm", "2"},
    {"nm", "2"},
    {"pm", "2"},
    {"itm", "13"},
    /* text: "said when there is no important or message waiting" */
    {"mt", "12"},
    /* "interrupts itself ... only the latest of them is said" */
    {"tt", "2"},
    {"mtt", "13"},
    {"tttt", "4"},
    /* "notification and progress ... are canceled" */
    {"nt", "2"},
    {"pt", "2"},
    /* notification: cancelled by "important, message, text or progress waiting or being spoken" */
    {"in", "1"},
    {"mn", "1"},
    {"tn", "1"},
    {"pn", "1"},
    {"mtn", "12"},
    /* "interrupts itself ... only the last of them is spoken" */
    {"nn", "2"},
    {"nnn", "3"},
    /* progress: "don't interrupt each other, a newly arriving message is canceled"; "if the last of
     * them wasn't spoken yet, it speaks it", after all others */
    {"pp", "12"},
    {"ppp", "13"},
    {"ppppp", "15"},
    {"np", "12"},
    {"mp", "12"},
    {"mppp", "14"},
    {"mpt", "132"},
    {"mpi", "312"},
};

static enum priority priority_of(char letter)
{
    static const char letters[] = " imtnp";

    return (enum priority)(strchr(letters, letter) - letters);
}

static void check_row(struct harness *h, const struct row *row)
{
    struct request_options options;
    struct seen seen[8] = {0};
    char spoken[9] = "";
    size_t n = strlen(row->submitted);

    queue_pause(h->queue);
    request_options_init(&options);
    options.flags = REQUEST_PLAY;
    for (size_t i = 0; i < n; i++) {
        options.priority = priority_of(row->submitted[i]);
        assert_int_equal(harness_submit(h, &seen[i], &options, "A few words."), 0);
        for (int turn = 0; turn < 3; turn++)
            loop_turn(h->loop, 0);
    }
    queue_resume(h->queue);
    for (size_t i = 0; i < n; i++)
        assert_true(harness_wait(h, &seen[i].finished));
    for (;;) { /* the next one in order of its end */
        size_t next = n;
        for (size_t i = 0; i < n; i++)
            if (seen[i].outcome == REQUEST_DONE && (next == n || seen[i].place < seen[next].place))
                next = i;
        if (next == n)
            break;
        spoken[strlen(spoken)] = (char)('1' + next);
        seen[next].outcome = REQUEST_CANCELLED;
    }
    if (strcmp(spoken, row->spoken))
        fail_msg("'%s': spoken are %s, not %s", row->submitted, spoken, row->spoken);
}

static void test_rules(void **state)
{
    static const char *const settings[] = {"audio", "output", "wavfile path=/dev/null format=raw",
                                           NULL};
    struct harness h;

    harness_open(&h, settings);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check_row(&h, &rows[i]);
    harness_close(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_rules)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
