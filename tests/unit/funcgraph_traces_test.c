// SPDX-License-Identifier: GPL-2.0
/* Real traces, read, and written again by ours: the same bytes. */
#include "fixture.h"

#include "import/line.h"
#include "render/funcgraph.h"
#include "render/funcgraph_line.h"

#define TRACES "../shared/traces/"

/* Every duration of the kernel's own in @file comes out as it went in. */
static u32 compare_durations(const char *file)
{
	_cleanup_fclose_ FILE *trace = fopen(file, "re");
	char text[4096 + 1024];
	u32 cnt = 0;

	if (!trace) {
		print_message("SKIP: no %s here\n", file);
		skip();
	}
	while (fgets(text, 4096, trace)) {
		_cleanup_free_ char *field = NULL;
		struct line line;

		line_parse(text, text + strcspn(text, "\n"), false, &line);
		if (line.kind > LINE_CLOSE || !line.duration)
			continue;
		field = FIXTURE_PRINTED(
			((line.timed ? funcgraph_put_duration(line.ns, FUNCGRAPH_DEFAULT, out)
				     : funcgraph_put_no_duration(FUNCGRAPH_DEFAULT, out)),
			 0));
		assert_int_equal(strlen(field), 17);
		assert_memory_equal(line.duration, field, 17);
		cnt++;
	}
	return cnt;
}

static void durations_of_real_traces(void **state)
{
	assert_int_equal(compare_durations(TRACES "cpuid.md"), 134);
	assert_int_equal(compare_durations(TRACES "pio.md"), 163);
}

/* A root of a real trace, made a cycle: calls follow one another without a pause. */
struct replay {
	struct profile *profile;
	struct recording *recording;
	struct cycle *cycle;
	char text[32768]; /* its lines, behind the CPU's column */
	u64 clock_ns;
	u64 from_ns[64];
	u32 function[64];
	u32 depth;
};

static void replay_begin(struct replay *r)
{
	struct vcpu *vcpu;
	u32 vm;

	profile_free(&r->profile);
	*r = (struct replay){};
	assert_int_equal(profile_new(&r->profile), 0);
	assert_int_equal(profile_add_recording(r->profile, &r->recording), 0);
	assert_int_equal(recording_add_vm(r->recording, 1, "x", &vm), 0);
	assert_int_equal(recording_add_vcpu(r->recording, vm, 0, ISA_SVM, &vcpu), 0);
	assert_int_equal(vcpu_add_cycle(vcpu, &r->cycle), 0);
	r->cycle->events = calloc(4096, sizeof(*r->cycle->events));
	assert_non_null(r->cycle->events);
	r->cycle->events[r->cycle->event_cnt++].kind = CYCLE_EXIT;
}

static void replay_event(struct replay *r, enum cycle_event_kind kind, u32 function)
{
	r->cycle->events[r->cycle->event_cnt++] =
		(struct cycle_event){ .ns = r->clock_ns, .kind = kind, .function = function };
}

static u32 replay_function(struct replay *r, const struct line *line)
{
	_cleanup_free_ char *text = strndup(line->name.text, line->name.length);
	const char *module = "vmlinux";
	u32 index;

	if (line->name.length > line->name_length) {
		text[line->name.length - 1] = '\0';
		text[line->name_length] = '\0';
		module = text + line->name_length + 2;
	}
	assert_int_equal(recording_add_function(r->recording, text, module, &index), 0);
	return index;
}

static void replay_line(struct replay *r, const struct line *line)
{
	strcat(r->text, line->duration);
	if (line->kind != LINE_CLOSE) {
		r->function[line->depth] = replay_function(r, line);
		r->from_ns[line->depth] = r->clock_ns;
		replay_event(r, CYCLE_ENTRY, r->function[line->depth]);
	}
	if (line->kind != LINE_ENTRY) {
		r->clock_ns = r->from_ns[line->depth] + line->ns;
		replay_event(r, CYCLE_RETURN, r->function[line->depth]);
	}
	r->cycle->duration_ns = r->clock_ns;
	r->depth = line->depth + (line->kind == LINE_ENTRY);
}

/* The text behind the CPU's column. */
static char *without_cpu(const char *text)
{
	char *out = strdup(text), *to = out;

	for (const char *p = text; *p;) {
		const char *bracket = strchr(p, ')'), *end = strchr(p, '\n') + 1;

		if (*p != '#') {
			memcpy(to, bracket + 2, end - bracket - 2);
			to += end - bracket - 2;
		}
		p = end;
	}
	*to = '\0';
	return out;
}

static void replay_compare(const struct replay *r)
{
	_cleanup_free_ char *text = NULL, *body = NULL;
	const struct selection all = {};
	struct cycle_list list;

	assert_int_equal(cycle_list_fill(&list, r->recording, &all, 0), 0);
	text = FIXTURE_PRINTED(funcgraph_write(&list, FUNCGRAPH_DEFAULT & ~FUNCGRAPH_EVENTS, out));
	cycle_list_clear(&list);
	body = without_cpu(text);
	assert_string_equal(body, r->text);
}

/* Each root in @file that is whole; how many lines they have. */
static u32 replay_file(const char *file)
{
	_cleanup_fclose_ FILE *trace = fopen(file, "re");
	struct replay r = {};
	u32 cnt = 0, lines = 0;
	char text[4096];

	if (!trace) {
		print_message("SKIP: no %s here\n", file);
		skip();
	}
	while (fgets(text, sizeof(text), trace)) {
		struct line line;

		line_parse(text, text + strcspn(text, "\n"), false, &line);
		if (line.kind > LINE_CLOSE || !line.duration)
			continue;
		if (!line.depth && line.kind != LINE_CLOSE) {
			replay_begin(&r);
			lines = 0;
		}
		replay_line(&r, &line);
		lines++;
		if (r.depth)
			continue;
		replay_compare(&r);
		cnt += lines;
	}
	profile_free(&r.profile);
	return cnt;
}

static void real_traces_come_out_as_they_were(void **state)
{
	u32 cpuid = replay_file(TRACES "cpuid.md"), pio = replay_file(TRACES "pio.md");

	print_message("%u and %u lines, byte for byte\n", cpuid, pio);
	assert_true(cpuid > 100 && pio > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_of_real_traces),
		cmocka_unit_test(real_traces_come_out_as_they_were),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
