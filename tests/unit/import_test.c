// SPDX-License-Identifier: GPL-2.0
/* The real dumps of ../shared/traces, every form of line, and what is no good text. */
#include "import_fixture.h"

#include "profile/store.h"

/* What golden.csv has of one root, as the profile gives it. */
struct figures {
	char file[32];
	u32 first_line, last_line;
	bool whole;
	double total_us;
	u32 calls, leaf_calls, unfinished, levels, children;
	double leaf_us, children_us, root_self_us;
};

/* Sums over a root's tree. */
struct sums {
	u64 calls, open, leaf_calls, leaf_ns, children_ns;
	u32 children, levels;
};

static void add_node(struct sums *s, const struct node *node, u32 depth)
{
	u64 child_ns = 0;

	s->calls += node->dist.count;
	if (!node->dist.count) {
		s->calls++;
		s->open++;
	} else if (!node->first_child) {
		s->leaf_calls += node->dist.count;
		s->leaf_ns += node->dist.total_ns;
	} else if (node->dist.count == 2 && node->first_child->dist.count == 1) {
		/* One call with a call in it and one without: the shorter one. */
		s->leaf_calls++;
		s->leaf_ns += node->dist.min_ns;
	}
	if (depth + 1 > s->levels)
		s->levels = depth + 1;
	if (depth == 1) {
		s->children += node->dist.count ?: 1;
		s->children_ns += node->dist.total_ns;
	}
	tree_for_each_child (child, node->first_child) {
		child_ns += child->dist.total_ns;
		add_node(s, child, depth + 1);
	}
	assert_true(node->dist.total_ns >= child_ns);
}

static u64 ns(double us)
{
	return (u64)(us * 1000 + 0.5);
}

static void check_root(const struct figures *f, const struct reason *reason)
{
	struct sums s = {};

	assert_non_null(reason);
	assert_int_equal(reason->cycle_cnt, 1);
	assert_null(reason->first_child->next_sibling);
	add_node(&s, reason->first_child, 0);
	assert_int_equal(s.calls, f->calls);
	assert_int_equal(s.open, f->unfinished);
	assert_int_equal(s.leaf_calls, f->leaf_calls);
	assert_int_equal(s.leaf_ns, ns(f->leaf_us));
	assert_int_equal(s.levels, f->levels);
	assert_int_equal(s.children, f->children);
	assert_int_equal(s.children_ns, ns(f->children_us));
	if (!f->whole)
		return;
	assert_int_equal(reason->latency.count, 1);
	assert_int_equal(reason->latency.total_ns, ns(f->total_us));
	assert_int_equal(reason->cycle_ns, ns(f->total_us));
	assert_int_equal(node_self_ns(reason->first_child), ns(f->root_self_us));
}

/* The recording with @line of @file in it. */
static struct recording *find_recording(const struct profile *profile, const char *file, u32 line)
{
	profile_for_each_recording (recording, profile) {
		const char *name = strrchr(recording->source, '/') + 1;

		if (!strcmp(name, file) && line >= recording->first_line &&
		    line <= recording->last_line)
			return recording;
	}
	return NULL;
}

static void check_figures(const struct figures *f, const struct profile *profile)
{
	struct recording *recording = find_recording(profile, f->file, f->first_line);
	struct reason *reason = NULL;

	assert_non_null(recording);
	assert_true(recording->last_line >= f->last_line);
	recording_for_each_vcpu (vcpu, recording) {
		vcpu_for_each_reason (r, vcpu) {
			if ((r->code == REASON_INCOMPLETE) == !f->whole)
				reason = r;
		}
	}
	check_root(f, reason);
}

static void golden_figures(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(import_free) struct import *import = NULL;
	_cleanup_fclose_ FILE *golden = fopen(TRACES "golden.csv", "re");
	static const char *const files[] = { TRACES "pio.md", TRACES "cpuid.md" };
	char line[512];
	u32 rows = 0, recordings;

	if (!golden) {
		print_message("SKIP: no " TRACES "golden.csv here\n");
		skip();
	}
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(import_new(profile, &import), 0);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		_cleanup_close_ int fd = open(files[i], O_RDONLY | O_CLOEXEC);

		assert_int_equal(import_file(import, fd, files[i], &recordings), 0);
	}
	assert_non_null(fgets(line, sizeof(line), golden));
	while (fgets(line, sizeof(line), golden)) {
		char *p = line, *field[20];
		struct figures f = {};

		for (size_t i = 0; i < ARRAY_SIZE(field); i++)
			field[i] = strsep(&p, ",\n");
		snprintf(f.file, sizeof(f.file), "%s", field[0]);
		f.first_line = atoi(field[5]);
		f.last_line = atoi(field[6]);
		f.whole = !strcmp(field[7], "yes");
		f.total_us = atof(field[8]);
		f.calls = atoi(field[9]);
		f.leaf_calls = atoi(field[10]);
		f.unfinished = atoi(field[11]);
		f.levels = atoi(field[13]);
		f.leaf_us = atof(field[15]);
		f.children = atoi(field[16]);
		f.children_us = atof(field[17]);
		f.root_self_us = atof(field[18]);
		check_figures(&f, profile);
		rows++;
	}
	assert_int_equal(rows, 10);
}

static void reasons_and_headings(void **state)
{
	_cleanup_(profile_free) struct profile *profile =
		import_text("# About\n\nSome words.\n\n**AMD:**\n\n```\n"
			    " 98)               |  vcpu_enter_guest [kvm]() {\n"
			    " 98)               |    handle_exit [kvm_amd]() {\n"
			    " 98)   0.500 us    |      cpuid_interception [kvm_amd]();\n"
			    " 98)   1.000 us    |    }\n"
			    " 98)   2.000 us    |  }\n"
			    "```\nIntel, old:\n```\n"
			    " 1)               |  vcpu_enter_guest [kvm]() {\n"
			    " 1)   1.000 us    |    vmx_vcpu_run [kvm_intel]();\n"
			    " 1)               |    vmx_handle_exit [kvm_intel]() {\n"
			    " 1)   0.500 us    |      handle_cpuid [kvm_intel]();\n"
			    " 1)   1.000 us    |    }\n"
			    " 1)   3.000 us    |  }\n"
			    "\n"
			    " 2)   3.000 us    |  kvm_emulate_wrmsr [kvm]();\n"
			    "```\n");
	struct recording *r = profile->first;

	assert_int_equal(profile_recording_cnt(profile), 3);
	assert_string_equal(r->title, "AMD");
	assert_string_equal(r->source, "test");
	assert_int_equal(r->first_line, 8);
	assert_int_equal(r->last_line, 12);
	assert_int_equal(r->first_vcpu->isa, ISA_SVM);
	assert_int_equal(r->first_vcpu->first_reason->code, 0x72);
	assert_int_equal(r->first_vcpu->id, 98);
	r = r->next;
	assert_string_equal(r->title, "Intel, old");
	assert_int_equal(r->first_vcpu->isa, ISA_VMX);
	assert_int_equal(r->first_vcpu->first_reason->code, 10);
	r = r->next;
	assert_int_equal(r->first_line, 23);
	assert_int_equal(r->first_vcpu->isa, ISA_UNKNOWN);
	assert_int_equal(r->first_vcpu->first_reason->code, 32);
}

static void headings_without_fences(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text("Old:\n"
								      " 2)   3.000 us    |  a();\n"
								      "New:\n"
								      " 2)   4.000 us    |  a();\n"
								      "The end.\n");

	assert_int_equal(profile_recording_cnt(profile), 2);
	assert_string_equal(profile->first->title, "Old");
	assert_string_equal(profile->first->next->title, "New");
	assert_int_equal(profile->first->next->last_line, 4);
}

/* Below an ioctl, each vcpu_enter_guest is a cycle, and what follows it belongs to it. */
static void cycles_below_a_root(void **state)
{
	_cleanup_(profile_free) struct profile *profile =
		import_text(" 0)               |  kvm_arch_vcpu_ioctl_run [kvm]() {\n"
			    " 0)   0.100 us    |    vcpu_load [kvm]();\n"
			    " 0)               |    vcpu_run [kvm]() {\n"
			    " 0)               |      vcpu_enter_guest [kvm]() {\n"
			    " 0)   0.400 us    |        svm_vcpu_run [kvm_amd]();\n"
			    " 0)               |        svm_handle_exit [kvm_amd]() {\n"
			    " 0)   0.500 us    |          kvm_emulate_halt [kvm]();\n"
			    " 0)   0.600 us    |        }\n"
			    " 0)   1.200 us    |      }\n"
			    " 0)   7.000 us    |      kvm_vcpu_halt [kvm]();\n"
			    " 0)               |      vcpu_enter_guest [kvm]() {\n"
			    " 0)   0.400 us    |        svm_vcpu_run [kvm_amd]();\n"
			    " 0)   0.800 us    |        npf_interception [kvm_amd]();\n"
			    " 0)   1.300 us    |      }\n"
			    " 0) + 10.000 us   |    }\n"
			    " 0) + 10.500 us   |  }\n");
	struct reason *hlt = fixture_reason(profile->first, 0x78);
	struct reason *npf = fixture_reason(profile->first, 0x400);
	struct paths paths = {};

	assert_non_null(hlt);
	assert_non_null(npf);
	assert_int_equal(hlt->latency.count, 1);
	assert_int_equal(hlt->cycle_ns, 100 + 1200 + 7000);
	assert_int_equal(npf->cycle_ns, 10500 - 100 - 1200 - 7000);
	paths_add(&paths, profile->first, 0);
	assert_int_equal(paths_find(&paths, "kvm_arch_vcpu_ioctl_run")->calls, 1);
	assert_int_equal(paths_find(&paths, "kvm_arch_vcpu_ioctl_run")->total_ns, 10500);
	assert_int_equal(paths_find(&paths, "kvm_arch_vcpu_ioctl_run;vcpu_run")->total_ns, 10000);
	assert_int_equal(
		paths_find(&paths, "kvm_arch_vcpu_ioctl_run;vcpu_run;vcpu_enter_guest")->calls, 2);
	paths_clear(&paths);
}

/* Cut at both ends, and with a hole: counted, never guessed. */
static void what_is_missing(void **state)
{
	_cleanup_(profile_free) struct profile *profile =
		import_text("CPU:0 [LOST 12 EVENTS]\n"
			    " 0)   0.100 us    |      a();\n"
			    " 0)   0.300 us    |    }\n"
			    " 0)               |    kvm_emulate_cpuid [kvm]() {\n"
			    " 0)   0.100 us    |      b();\n"
			    " 0)   0.300 us    |    }\n"
			    " 0)   1.300 us    |  } /* vcpu_enter_guest [kvm] */ (Overruns: 3)\n"
			    " 0)               |  c() {\n"
			    " 0)               |    d() {\n"
			    " 0)   0.100 us    |      e();\n"
			    " 0)   2.000 us    |  } /* f */\n"
			    " 0)               |  g() {\n"
			    " 0)   0.100 us    |    h();\n");
	const u64 *losses = profile->first->losses;
	struct reason *part = fixture_reason(profile->first, REASON_INCOMPLETE);
	struct paths paths = {};

	assert_int_equal(losses[XG_LOSS_EVENTS_LOST], 12);
	assert_int_equal(losses[XG_LOSS_CALLS_ORPHANED], 3);
	assert_int_equal(losses[XG_LOSS_CALLS_UNFINISHED], 3);
	assert_null(fixture_reason(profile->first, 10));
	assert_int_equal(part->latency.count, 0);
	paths_add(&paths, profile->first, 0);
	assert_int_equal(paths_find(&paths, "c;d;e")->calls, 1);
	assert_int_equal(paths_find(&paths, "c;d")->calls, 0);
	assert_int_equal(paths_find(&paths, "c;d")->total_ns, 100);
	assert_int_equal(paths_find(&paths, "g;h")->calls, 1);
	assert_int_equal(paths_find(&paths, "kvm_emulate_cpuid;b")->calls, 1);
	paths_clear(&paths);
}

/* No switch block and no task column: the names of returns tell who came to which CPU. */
static void migrations_without_names(void **state)
{
	_cleanup_(profile_free) struct profile *profile =
		import_text(" 0)               |  vcpu_run [kvm]() {\n"
			    " 0)   0.080 us    |    a();\n"
			    " 2)               |  other() {\n"
			    " 1)   0.081 us    |    b();\n"
			    " 1)               |    c() {\n"
			    " 1)   0.082 us    |      d();\n"
			    " 2)   0.083 us    |    e();\n"
			    " 1)   0.300 us    |    }\n"
			    " 1)   1.000 us    |  } /* vcpu_run [kvm] */\n"
			    " 2)   2.000 us    |  }\n"
			    " 1)               |  f() {\n"
			    " 0)   0.084 us    |    g();\n"
			    " 0)   0.500 us    |  } /* f */\n");
	struct paths paths = {};

	assert_int_equal(profile->first->losses[XG_LOSS_CALLS_ORPHANED], 0);
	assert_int_equal(profile->first->losses[XG_LOSS_CALLS_UNFINISHED], 0);
	assert_null(profile->first->first_vcpu->next->next);
	paths_add(&paths, profile->first, 0);
	assert_int_equal(paths_find(&paths, "vcpu_run")->total_ns, 1000);
	assert_int_equal(paths_find(&paths, "vcpu_run")->child_ns, 80 + 81 + 300);
	assert_int_equal(paths_find(&paths, "vcpu_run;b")->total_ns, 81);
	assert_int_equal(paths_find(&paths, "vcpu_run;c;d")->total_ns, 82);
	assert_int_equal(paths_find(&paths, "other;e")->total_ns, 83);
	assert_int_equal(paths_find(&paths, "f;g")->total_ns, 84);
	assert_int_equal(paths.cnt, 9);
	paths_clear(&paths);
}

/* Import @text, which is no good; the message has @says in it. */
static struct profile *import_bad(const char *text, size_t length, const char *says)
{
	struct fixture_stderr caught = fixture_catch_stderr();
	struct profile *profile;
	char line[2048];
	int err, lines;

	profile = import_bytes(text, length, &err);
	lines = fixture_release_stderr(&caught, line);
	assert_int_equal(err, -EINVAL);
	assert_int_equal(lines, 1);
	assert_non_null(strstr(line, says));
	return profile;
}

#define GOOD " 0)   0.100 us    |  vcpu_enter_guest [kvm]();\n"

static void bad_input(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		const char *says;
		u32 recordings;
	} bad[] = {
		{ "", 0, "is empty", 0 },
		{ "Nothing here.\n", 14, "no line of function_graph", 0 },
		{ "\xff\xfe \0", 4, "UTF-16", 0 },
		{ "\x1f\x8b\x08\0", 4, "compressed", 0 },
		{ "\x17\x08\x44tracing\0", 11, "trace.dat", 0 },
		{ "ab\0\1\2\n\0\0\n", 9, "no line of function_graph", 0 },
		{ GOOD "ab\0\1\2\n", sizeof(GOOD) + 5, "line 2 is not text", 1 },
		{ GOOD " 0)   0.100 us    |  vcpu_ent", sizeof(GOOD) + 27, "line 2 is cut off", 1 },
		{ GOOD " 0)   0.1", sizeof(GOOD) + 8, "line 2 is cut off", 1 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct profile *profile = import_bad(bad[i].text, bad[i].length, bad[i].says);

		assert_int_equal(profile_recording_cnt(profile), bad[i].recordings);
		profile_free(&profile);
	}
}

/* Too long for any buffer: through a pipe, so that it is nowhere whole. */
static void one_long_line(void **state)
{
	FILE *pipe = popen("printf '" GOOD "'; head -c 1000000000 /dev/zero | tr '\\0' x; "
			   "printf '\\n" GOOD "'",
			   "re");
	_cleanup_(profile_free) struct profile *profile = NULL;
	_cleanup_(import_free) struct import *import = NULL;
	struct fixture_stderr caught;
	char line[2048];
	u32 recordings;

	assert_non_null(pipe);
	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(import_new(profile, &import), 0);
	caught = fixture_catch_stderr();
	assert_int_equal(import_file(import, fileno(pipe), "pipe", &recordings), -EINVAL);
	assert_int_equal(fixture_release_stderr(&caught, line), 1);
	assert_non_null(strstr(line, "line 2 is too long"));
	assert_int_equal(recordings, 1);
	assert_int_equal(profile->first->last_line, 3);
	assert_int_equal(profile->first->first_vcpu->first_reason->latency.count, 2);
	pclose(pipe);
}

/* What is imported can be stored and read. */
static void stored(void **state)
{
	_cleanup_(profile_free) struct profile *profile = import_text(GOOD GOOD), *copy = NULL;
	_cleanup_(store_free) struct store *store = NULL;
	char directory[64], path[96];

	fixture_directory(directory);
	snprintf(path, sizeof(path), "%s/x.xg", directory);
	assert_int_equal(store_create(path, &store), 0);
	assert_int_equal(store_commit(store, profile), 0);
	assert_int_equal(store_read(path, &copy), 0);
	assert_string_equal(copy->first->source, "test");
	assert_int_equal(copy->first->last_line, 2);
	assert_int_equal(copy->first->first_vcpu->isa, ISA_UNKNOWN);
	assert_int_equal(fixture_reason(copy->first, REASON_NONE)->latency.count, 2);
	fixture_remove(directory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_figures),
		cmocka_unit_test(reasons_and_headings),
		cmocka_unit_test(cycles_below_a_root),
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(bad_input),
		cmocka_unit_test(migrations_without_names),
		cmocka_unit_test(headings_without_fences),
		cmocka_unit_test(one_long_line),
		cmocka_unit_test(stored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
