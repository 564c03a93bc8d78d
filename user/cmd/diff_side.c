// SPDX-License-Identifier: GPL-2.0
#include "cmd/diff_side.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "profile/store.h"
#include "util/cleanup.h"
#include "util/log.h"

static const struct {
	const char *name;
	enum isa isa;
} vendors[] = {
	{ "amd", ISA_SVM },
	{ "svm", ISA_SVM },
	{ "intel", ISA_VMX },
	{ "vmx", ISA_VMX },
};

static bool is_of(const struct recording *recording, enum isa isa)
{
	recording_for_each_vcpu (vcpu, recording) {
		if (vcpu->isa == isa)
			return true;
	}
	return false;
}

static int find_vendor(struct diff_side *side, const char *name, enum isa isa)
{
	u32 number = 0, first = 0, cnt = 0;

	profile_for_each_recording (recording, side->profile) {
		number++;
		if (!is_of(recording, isa))
			continue;
		cnt++;
		first = first ?: number;
	}
	if (!first)
		return err_r(-ENOENT, "%s holds no recording of %s", side->path, name);
	if (cnt > 1)
		log_print(LOG_INFO, "%s:%s is %s:%" PRIu32 ", the first of %" PRIu32 " there",
			  side->path, name, side->path, first, cnt);
	side->recording = first;
	return 0;
}

/* What is behind the colon: a number, or a vendor; false if it is neither. */
static bool is_choice(const char *text)
{
	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (!strcasecmp(text, vendors[i].name))
			return true;
	}
	return *text && strspn(text, "0123456789") == strlen(text);
}

static int choose(struct diff_side *side, const char *text)
{
	u32 cnt = profile_recording_cnt(side->profile);
	unsigned long number;

	for (size_t i = 0; i < ARRAY_SIZE(vendors); i++) {
		if (!strcasecmp(text, vendors[i].name))
			return find_vendor(side, text, vendors[i].isa);
	}
	errno = 0;
	number = strtoul(text, NULL, 10);
	if (errno || !number || number > cnt)
		return err_r(-ENOENT, "%s holds no recording %s; it holds %" PRIu32, side->path,
			     text, cnt);
	side->recording = (u32)number;
	return 0;
}

int diff_side_open(struct diff_side *side, const char *argument)
{
	char *colon;
	int err;

	*side = (struct diff_side){ .path = strdup(argument) };
	if (!side->path)
		return err_r(-ENOMEM, "out of memory");
	colon = strrchr(side->path, ':');
	if (colon && is_choice(colon + 1) && access(side->path, F_OK))
		*colon++ = '\0';
	else
		colon = NULL;
	err = store_read(side->path, &side->profile);
	if (err)
		return err;
	if (!side->profile->first)
		return err_r(-ENOENT, "%s holds no recording", side->path);
	return colon ? choose(side, colon) : 0;
}

void diff_side_close(struct diff_side *side)
{
	profile_free(&side->profile);
	free(side->path);
	*side = (struct diff_side){};
}

/* The recording itself, if there is no other. */
static u32 only(const struct diff_side *side)
{
	if (side->recording)
		return side->recording;
	return profile_recording_cnt(side->profile) == 1;
}

/* How many recordings up to the @number-th have its title. */
static u32 occurrence(const struct profile *profile, const char *title, u32 number)
{
	u32 cnt = 0;

	profile_for_each_recording (recording, profile) {
		if (!number--)
			break;
		cnt += !strcmp(recording->title, title);
	}
	return cnt;
}

/* The recording of @side that has @title for the @nth time, or 0. */
static u32 find_title(const struct diff_side *side, const char *title, u32 nth)
{
	u32 number = 0;

	if (side->recording) {
		const struct recording *r = profile_recording(side->profile, side->recording);

		return strcmp(r->title, title) ? 0 : side->recording;
	}
	profile_for_each_recording (recording, side->profile) {
		number++;
		if (!strcmp(recording->title, title) && !--nth)
			return number;
	}
	return 0;
}

bool diff_side_pair(const struct diff_side *side_a, const struct diff_side *side_b, u32 index,
		    u32 *a, u32 *b)
{
	u32 number = 0;

	if (only(side_a) && only(side_b)) {
		*a = only(side_a);
		*b = only(side_b);
		return !index;
	}
	profile_for_each_recording (recording, side_a->profile) {
		u32 nth, other;

		number++;
		if (side_a->recording && side_a->recording != number)
			continue;
		nth = side_b->recording || side_a->recording
			      ? 1
			      : occurrence(side_a->profile, recording->title, number);
		other = find_title(side_b, recording->title, nth);
		if (!other || index--)
			continue;
		*a = number;
		*b = other;
		return true;
	}
	return false;
}

int diff_side_none(const struct diff_side *side_a, const struct diff_side *side_b)
{
	const struct diff_side *many = only(side_a) ? side_b : side_a;
	u32 cnt = profile_recording_cnt(many->profile);

	return err_r(-ENOENT,
		     "%s holds %" PRIu32 " recordings, none with the title of one to compare it "
		     "with; choose with %s:1 to %s:%" PRIu32,
		     many->path, cnt, many->path, many->path, cnt);
}

char *diff_side_name(const struct diff_side *side, u32 recording)
{
	char *name;

	if (profile_recording_cnt(side->profile) == 1)
		return strdup(side->path);
	return asprintf(&name, "%s:%" PRIu32, side->path, recording) < 0 ? NULL : name;
}
