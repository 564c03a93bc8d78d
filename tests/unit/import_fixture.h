/* SPDX-License-Identifier: GPL-2.0 */
/* Text in, profile out; and its calls added up by path over all exit reasons. */
#ifndef EXITGRAPH_TESTS_IMPORT_FIXTURE_H
#define EXITGRAPH_TESTS_IMPORT_FIXTURE_H

#include "fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "import/import.h"
#include "profile/reasons.h"
#include "profile/tree.h"

#define TRACES "../shared/traces/"

/* Import @length bytes, called "test", into a new profile; what import_file() gave in *@err. */
static inline struct profile *import_bytes(const char *text, size_t length, int *err)
{
	_cleanup_(import_free) struct import *import = NULL;
	_cleanup_close_ int fd = memfd_create("test", 0);
	struct profile *profile = NULL;
	u32 recordings;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, length), length);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(import_new(profile, &import), 0);
	*err = import_file(import, fd, "test", &recordings);
	assert_int_equal(recordings, profile_recording_cnt(profile));
	return profile;
}

/* Import good text. */
static inline struct profile *import_text(const char *text)
{
	struct profile *profile;
	int err;

	profile = import_bytes(text, strlen(text), &err);
	assert_int_equal(err, 0);
	return profile;
}

/* Calls of one path: "a;b;c". */
struct path {
	char *name;
	u64 calls, total_ns;
	u64 open; /* calls without return, of a reference */
	s64 child_ns;
};

struct paths {
	struct path *path;
	size_t cnt;
};

static inline struct path *paths_find(struct paths *paths, const char *name)
{
	for (size_t i = 0; i < paths->cnt; i++) {
		if (!strcmp(paths->path[i].name, name))
			return &paths->path[i];
	}
	paths->path = reallocarray(paths->path, paths->cnt + 1, sizeof(*paths->path));
	assert_non_null(paths->path);
	paths->path[paths->cnt] = (struct path){ .name = strdup(name) };
	return &paths->path[paths->cnt++];
}

static inline void paths_clear(struct paths *paths)
{
	for (size_t i = 0; i < paths->cnt; i++)
		free(paths->path[i].name);
	free(paths->path);
	*paths = (struct paths){};
}

static inline void paths_add_tree(struct paths *paths, const struct recording *recording,
				  struct node *first, const char *prefix)
{
	tree_for_each_child (node, first) {
		const struct function *function = &recording->functions[node->function];
		_cleanup_free_ char *name = NULL;
		struct path *path;

		assert_true(asprintf(&name, "%s%s%s", prefix, *prefix ? ";" : "", function->name) >
			    0);
		path = paths_find(paths, name);
		path->calls += node->dist.count;
		path->total_ns += node->dist.total_ns;
		assert_int_equal(hist_values(&node->dist.hist), node->dist.count);
		tree_for_each_child (child, node->first_child)
			path->child_ns += child->dist.total_ns;
		paths_add_tree(paths, recording, node->first_child, name);
	}
}

/* Add all calls of the task @tid (0: of all tasks) of @recording. */
static inline void paths_add(struct paths *paths, const struct recording *recording, u32 tid)
{
	recording_for_each_vcpu (vcpu, recording) {
		if (tid && vcpu->tid != tid)
			continue;
		vcpu_for_each_reason (reason, vcpu)
			paths_add_tree(paths, recording, reason->first_child, "");
	}
}

static inline struct reason *fixture_reason(const struct recording *recording, u64 code)
{
	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (reason, vcpu) {
			if (reason->code == code)
				return reason;
		}
	}
	return NULL;
}

#endif
