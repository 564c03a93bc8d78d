// SPDX-License-Identifier: GPL-2.0
/* The CSV tables: exact headers, quoting, and sums that are those of the model. */
#include "fixture.h"

#include <inttypes.h>

#include "profile/tree.h"
#include "render/csv.h"

#define COLUMNS_MAX 20
#define ROWS_MAX    200

/* A parsed table; the cells point into @text. */
struct parsed {
	char *text;
	char *cell[ROWS_MAX][COLUMNS_MAX];
	int rows, columns;
};

/* Take one cell from *@p as RFC 4180 has it; the separator behind it is given back. */
static char take_cell(char **p, char **cell)
{
	char *in = *p, *out = *p, separator;

	*cell = out;
	if (*in == '"') {
		for (in++; *in != '"' || in[1] == '"'; *out++ = *in++)
			in += *in == '"';
		in++;
	} else {
		while (*in && *in != ',' && *in != '\n')
			*out++ = *in++;
	}
	separator = *in;
	*out = '\0';
	*p = in + (separator != '\0');
	return separator;
}

static void parse(struct parsed *parsed)
{
	char *p = parsed->text;
	int column = 0;

	parsed->rows = parsed->columns = 0;
	while (*p) {
		char separator = take_cell(&p, &parsed->cell[parsed->rows][column++]);

		if (separator == ',')
			continue;
		assert_int_equal(separator, '\n');
		/* All rows are as wide as the header. */
		if (!parsed->rows)
			parsed->columns = column;
		assert_int_equal(column, parsed->columns);
		parsed->rows++;
		column = 0;
	}
}

static struct parsed write_table(const struct profile *profile, const char *name, bool merged)
{
	_cleanup_(view_free) struct view *view = NULL;
	const struct selection all = {};
	struct parsed parsed;
	size_t size;
	FILE *out = open_memstream(&parsed.text, &size);

	assert_int_equal(view_new(profile->first, 1, &all, !merged, &view), 0);
	assert_int_equal(csv_write(csv_find(name), view, merged, out), 0);
	fclose(out);
	return parsed;
}

static u64 sum(const struct parsed *parsed, int column, int key, const char *value)
{
	u64 total = 0;

	for (int i = 1; i < parsed->rows; i++) {
		if (!value || !strcmp(parsed->cell[i][key], value))
			total += strtoull(parsed->cell[i][column], NULL, 10);
	}
	return total;
}

static void assert_header(const struct profile *profile, const char *name, const char *header)
{
	struct parsed parsed = write_table(profile, name, true);

	assert_memory_equal(parsed.text, header, strlen(header));
	assert_int_equal(parsed.text[strlen(header)], '\n');
	free(parsed.text);
}

static void headers_are_as_documented(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();

	assert_header(profile, "tree",
		      "vm,vcpu,isa,reason,depth,path,function,module,kind,calls,inclusive_ns,"
		      "self_ns,min_ns,max_ns,p50_ns,p90_ns,p99_ns,inclusive_corrected_ns,"
		      "inclusive_uncertainty_ns,self_corrected_ns,self_uncertainty_ns");
	assert_header(profile, "exits",
		      "vm,vcpu,isa,reason,count,total_ns,min_ns,mean_ns,p50_ns,p90_ns,p99_ns,"
		      "p999_ns,max_ns,total_corrected_ns,total_uncertainty_ns,"
		      "mean_corrected_ns,mean_uncertainty_ns");
	assert_header(profile, "functions",
		      "function,module,calls,inclusive_ns,self_ns,min_ns,max_ns");
	assert_header(profile, "losses", "kind,count");
	assert_null(csv_find("trees"));
}

static void exits_add_up(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct parsed each = write_table(profile, "exits", false);
	struct parsed merged = write_table(profile, "exits", true);
	u64 total_ns = 0, count = 0;

	parse(&each);
	parse(&merged);
	recording_for_each_vcpu (vcpu, profile->first) {
		vcpu_for_each_reason (reason, vcpu) {
			total_ns += reason->latency.total_ns;
			count += reason->latency.count;
		}
	}
	assert_int_equal(each.rows, 1 + 6);
	assert_int_equal(merged.rows, 1 + 5);
	assert_int_equal(sum(&each, 4, 0, NULL), count);
	assert_int_equal(sum(&merged, 4, 0, NULL), count);
	assert_int_equal(sum(&each, 5, 0, NULL), total_ns);
	assert_int_equal(sum(&merged, 5, 3, "CPUID"), sum(&each, 5, 3, "CPUID"));
	assert_string_equal(each.cell[1][0], "4711:db, \"main\"");
	assert_string_equal(each.cell[1][2], "SVM");
	assert_string_equal(merged.cell[1][0], "*");
	assert_string_equal(merged.cell[1][1], "*");
	free(each.text);
	free(merged.text);
}

static void tree_rows_add_up(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct parsed each = write_table(profile, "tree", false);
	struct parsed merged = write_table(profile, "tree", true);
	u64 cycles_ns = 0, outside_ns = 0;

	parse(&each);
	parse(&merged);
	recording_for_each_vcpu (vcpu, profile->first) {
		vcpu_for_each_reason (reason, vcpu) {
			cycles_ns += reason->cycle_ns;
			outside_ns += (u64)reason_self_ns(reason);
		}
	}
	assert_int_equal(sum(&each, 11, 0, NULL), cycles_ns - outside_ns);
	assert_int_equal(sum(&merged, 11, 0, NULL), cycles_ns - outside_ns);
	assert_int_equal(sum(&merged, 9, 6, "kvm_cpuid"), 5012);
	for (int i = 1; i < each.rows; i++) {
		const char *path = each.cell[i][5], *name = each.cell[i][6];
		u64 separators = 0;

		for (const char *p = path; *p; p++)
			separators += *p == ';';
		assert_int_equal(separators, strtoull(each.cell[i][4], NULL, 10));
		assert_string_equal(path + strlen(path) - strlen(name), name);
		if (name[0] == '<')
			assert_string_equal(each.cell[i][7], "");
		assert_true(sum(&each, 10, 5, path) >= sum(&each, 11, 5, path));
	}
	free(each.text);
	free(merged.text);
}

/* f calls g calls f: f's inclusive time is that of the outer call alone. */
static void recursion_counts_once(void **state)
{
	_cleanup_(profile_free) struct profile *profile = NULL;
	struct node *outer, *middle, *inner, *other;
	struct parsed parsed;
	struct reason *reason;
	struct recording *r;
	struct vcpu *vcpu;
	u32 index;

	assert_int_equal(profile_new(&profile), 0);
	assert_int_equal(profile_add_recording(profile, &r), 0);
	recording_add_vm(r, 1, "x", &index);
	recording_add_function(r, "f", "kvm", &index);
	recording_add_function(r, "g,\"", "kvm", &index);
	recording_add_function(r, "never", "kvm", &index);
	recording_add_vcpu(r, 0, 0, ISA_VMX, &vcpu);
	vcpu_add_reason(vcpu, 10, &reason);
	tree_child(reason, NULL, NODE_CALL, 0, &outer);
	tree_child(reason, outer, NODE_CALL, 1, &middle);
	tree_child(reason, middle, NODE_CALL, 0, &inner);
	tree_child(reason, NULL, NODE_CALL, 1, &other);
	dist_add(&outer->dist, 100);
	dist_add(&middle->dist, 70);
	dist_add(&inner->dist, 30);
	/* Open at the end: time, but no call. */
	other->dist.total_ns = 5;
	parsed = write_table(profile, "functions", true);
	assert_string_equal(parsed.text,
			    "function,module,calls,inclusive_ns,self_ns,min_ns,max_ns\n"
			    "f,kvm,2,100,60,30,100\n"
			    "\"g,\"\"\",kvm,1,75,45,70,70\n");
	free(parsed.text);
	parsed = write_table(profile, "tree", false);
	assert_non_null(strstr(parsed.text,
			       "\n1:x,0,VMX,CPUID,0,\"g,\"\"\",\"g,\"\"\",kvm,call,0,5,5,,,,,,,,,\n"));
	free(parsed.text);
}

static void losses_name_every_kind(void **state)
{
	_cleanup_(profile_free) struct profile *profile = fixture_profile();
	struct parsed parsed = write_table(profile, "losses", true);

	parse(&parsed);
	assert_int_equal(parsed.rows, 1 + XG_LOSS_COUNT);
	assert_int_equal(sum(&parsed, 1, 0, "cycles_unfinished"), 3);
	assert_int_equal(sum(&parsed, 1, 0, NULL), 3);
	free(parsed.text);
}

static void cells_are_quoted_where_needed(void **state)
{
	static const char *const cells[][2] = {
		{ "plain;x", "plain;x" }, { "", "" },
		{ "a,b", "\"a,b\"" },	  { "a\"b", "\"a\"\"b\"" },
		{ "a\nb", "\"a\nb\"" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
		_cleanup_free_ char *text = NULL;
		size_t size;
		FILE *out = open_memstream(&text, &size);

		csv_cell(cells[i][0], out);
		fclose(out);
		assert_string_equal(text, cells[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(headers_are_as_documented),
		cmocka_unit_test(exits_add_up),
		cmocka_unit_test(tree_rows_add_up),
		cmocka_unit_test(recursion_counts_once),
		cmocka_unit_test(losses_name_every_kind),
		cmocka_unit_test(cells_are_quoted_where_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
