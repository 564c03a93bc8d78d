// SPDX-License-Identifier: GPL-2.0
#include "cmd/list.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/mechanism.h"
#include "util/cleanup.h"
#include "util/log.h"

static const char *set_of(const struct target_function *f)
{
	static const char *const names[2][2] = { { "-", "seen" }, { "default", "default+seen" } };

	return names[f->is_default][f->is_discovered];
}

/* By what a function that can be traced is; NULL where this kernel has nothing for it. */
static const char *mechanism_name(const struct listing *listing, const struct target_function *f)
{
	const struct mechanism *mechanism = mechanism_of(&listing->features, NULL, f);

	return mechanism ? mechanism->name : NULL;
}

static void print_functions(const struct listing *listing)
{
	int name_width = strlen("FUNCTION"), module_width = strlen("MODULE");

	for (size_t i = 0; i < listing->cnt; i++) {
		int name = strlen(listing->v[i]->name), module = strlen(listing->v[i]->module);

		name_width = name > name_width ? name : name_width;
		module_width = module > module_width ? module : module_width;
	}
	if (listing->cnt)
		printf("%-*s  %-*s  %-12s  %s\n", name_width, "FUNCTION", module_width, "MODULE",
		       "SET", "TRACED BY");
	for (size_t i = 0; i < listing->cnt; i++) {
		const struct target_function *f = listing->v[i];
		const char *mechanism = f->why ? NULL : mechanism_name(listing, f);

		printf("%-*s  %-*s  %-12s  %s%s\n", name_width, f->name, module_width, f->module,
		       set_of(f), mechanism ? "" : "no: ",
		       mechanism ?: f->why ?: "this kernel has no way to attach to it");
	}
}

/* How many of a module's functions have which verdict. */
struct summary {
	const char *module;
	size_t cnt, default_cnt;
	size_t verdict_cnt[TARGET_VERDICT_COUNT];
};

/* Of each module: kvm's and the vendor's first. */
struct summaries {
	struct summary *v;
	size_t cnt;
};

static int add_summary(struct summaries *summaries, const char *module, struct summary **out)
{
	struct summary *v;

	for (size_t i = 0; i < summaries->cnt; i++) {
		*out = &summaries->v[i];
		if (!strcmp((*out)->module, module))
			return 0;
	}
	v = realloc(summaries->v, (summaries->cnt + 1) * sizeof(*v));
	if (!v)
		return err_r(-ENOMEM, "no memory for the list of functions");
	summaries->v = v;
	*out = &v[summaries->cnt++];
	**out = (struct summary){ .module = module };
	return 0;
}

static int summarize(const struct listing *listing, struct summaries *summaries)
{
	for (size_t i = 0; i < listing->cnt; i++) {
		const struct target_function *f = listing->v[i];
		struct summary *s;
		int r = add_summary(summaries, f->module, &s);

		if (r)
			return r;
		s->cnt++;
		s->verdict_cnt[f->verdict]++;
		s->default_cnt += f->is_default && f->verdict == TARGET_OK;
	}
	return 0;
}

/* "kvm_amd: 230 of 250 can be traced, 21 of them by default; 5 clone, 5 no symbol, ..." */
static void print_summary(const struct summary *s)
{
	const char *separator = "; not: ";

	printf("%s: %zu of %zu functions can be traced", s->module, s->verdict_cnt[TARGET_OK],
	       s->cnt);
	if (s->default_cnt)
		printf(", %zu of them by default", s->default_cnt);
	for (int i = TARGET_OK + 1; i < TARGET_VERDICT_COUNT; i++) {
		if (!s->verdict_cnt[i])
			continue;
		printf("%s%zu %s", separator, s->verdict_cnt[i], target_verdict_name(i));
		separator = ", ";
	}
	printf("\n");
}

static json_t *summary_to_json(const struct summary *s)
{
	json_t *verdicts = json_object();

	for (int i = TARGET_OK + 1; i < TARGET_VERDICT_COUNT; i++) {
		if (s->verdict_cnt[i])
			json_object_set_new(verdicts, target_verdict_name(i),
					    json_integer(s->verdict_cnt[i]));
	}
	return json_pack("{s:s, s:I, s:I, s:I, s:o}", "module", s->module, "functions",
			 (json_int_t)s->cnt, "traceable", (json_int_t)s->verdict_cnt[TARGET_OK],
			 "default", (json_int_t)s->default_cnt, "not_traceable", verdicts);
}

static json_t *function_to_json(const struct listing *listing, const struct target_function *f)
{
	return json_pack("{s:s, s:s, s:b, s:b, s:b, s:s, s:s*, s:s*}", "function", f->name,
			 "module", f->module, "default", f->is_default, "discovered",
			 f->is_discovered, "traceable", f->verdict == TARGET_OK, "verdict",
			 target_verdict_name(f->verdict), "mechanism",
			 f->verdict == TARGET_OK ? mechanism_name(listing, f) : NULL, "why",
			 f->why);
}

static int print_json(const struct listing *listing, const struct summaries *summaries)
{
	json_t *functions = json_array(), *modules = json_array();
	json_t *root = json_pack("{s:o, s:o}", "functions", functions, "modules", modules);
	int r;

	for (size_t i = 0; root && i < listing->cnt; i++)
		json_array_append_new(functions, function_to_json(listing, listing->v[i]));
	for (size_t i = 0; root && i < summaries->cnt; i++)
		json_array_append_new(modules, summary_to_json(&summaries->v[i]));
	r = root ? json_dumpf(root, stdout, JSON_INDENT(1)) : -1;
	putchar('\n');
	json_decref(root);
	return r ? err_r(-EIO, "cannot write the list as JSON") : 0;
}

int list_print(const struct target_host *host, const struct listing *listing, bool json)
{
	const char *const modules[] = { "kvm", host ? target_host_vendor(host) : NULL };
	struct summaries summaries = { 0 };
	struct summary *s;
	int r = 0;

	for (size_t i = 0; !r && host && i < ARRAY_SIZE(modules); i++)
		r = add_summary(&summaries, modules[i], &s);
	if (!r)
		r = summarize(listing, &summaries);
	if (!r && json) {
		r = print_json(listing, &summaries);
	} else if (!r && listing->cnt) {
		print_functions(listing);
		printf("\n");
		for (size_t i = 0; i < summaries.cnt; i++) {
			if (summaries.v[i].cnt)
				print_summary(&summaries.v[i]);
		}
	}
	free(summaries.v);
	if (fflush(stdout) || ferror(stdout))
		return err_r(-EIO, "cannot write to standard output: %m");
	return r;
}
