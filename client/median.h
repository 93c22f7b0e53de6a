/* SPDX-License-Identifier: Apache-2.0 */
/* median.h: what `sori bench` shows of several runs */
#ifndef CLIENT_MEDIAN_H
#define CLIENT_MEDIAN_H

/* Of n > 0 values, which are sorted by it. */
double median(double *values, unsigned n);

#endif
