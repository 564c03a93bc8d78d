/* SPDX-License-Identifier: GPL-2.0 */
/* Which of a recording's single cycles are shown, and in what order. */
#ifndef EXITGRAPH_RENDER_CYCLE_LIST_H
#define EXITGRAPH_RENDER_CYCLE_LIST_H

#include "render/view.h"

struct cycle_item {
	const struct vcpu *vcpu;
	const struct cycle *cycle;
};

struct cycle_list {
	const struct recording *recording;
	struct cycle_item *items;
	size_t cnt;
};

/*
 * The cycles of @recording that @selection chooses and that were kept for one of @why (bits of
 * enum cycle_why; 0: any), in order of time. 0 or -ENOMEM. For cycle_list_clear().
 */
int cycle_list_fill(struct cycle_list *list, const struct recording *recording,
		    const struct selection *selection, u32 why);

/* Likewise those with @code of the vCPUs of @group, which is one of a view of @recording. */
int cycle_list_fill_group(struct cycle_list *list, const struct recording *recording,
			  const struct group *group, u64 code, u32 why);

void cycle_list_clear(struct cycle_list *list);

/* Those with the largest latency first. */
void cycle_list_sort_slowest(struct cycle_list *list);

/*
 * What --cycles takes: "all" (0 in *@why), "samples", "slowest" or "over". 0 or -EINVAL (said).
 */
int cycle_list_parse_why(const char *text, u32 *why);

/* "slowest, over the limit": why a cycle was kept. Written to @buffer and returned. */
#define CYCLE_WHY_TEXT_MAX 64
const char *cycle_why_text(u32 why, char buffer[CYCLE_WHY_TEXT_MAX]);

/* "2026-11-20 19:13:58.123456 UTC", or "" for 0. Written to @buffer and returned. */
#define CYCLE_TIME_TEXT_MAX 64
const char *cycle_time_text(u64 unix_ns, char buffer[CYCLE_TIME_TEXT_MAX]);

/* Say that there are none in @path, and how to record them; @why as above. Returns -ENOENT. */
int cycle_list_none(const struct recording *recording, const char *path, u32 why);

#endif
