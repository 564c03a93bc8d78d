// SPDX-License-Identifier: GPL-2.0
#include "attach/ladder.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "attach/special.h"
#include "exitgraph.skel.h"
#include "util/cleanup.h"
#include "util/log.h"

/* Templates are attached nowhere, their copies are; and loaded if they are needed. */
static void leave_out_templates(struct exitgraph_bpf *skel)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, skel->obj)
	{
		if (strncmp(bpf_program__name(program), "call_", strlen("call_")) &&
		    strncmp(bpf_program__name(program), "kprobe_", strlen("kprobe_")) &&
		    program != skel->progs.watch_programs)
			continue;
		bpf_program__set_autoattach(program, false);
		bpf_program__set_autoload(program, false);
	}
}

bool ladder_needs_sessions(const struct mechanism *forced, const struct attach_function *functions,
			   size_t cnt)
{
	const struct features all = {
		.kprobe_session = true,
		.fsession = true,
		.multi = true,
		.fsession_multi = true,
		.set_cnt = cnt,
	};

	for (size_t i = 0; i < cnt; i++) {
		const struct mechanism *mechanism = mechanism_of(&all, forced, functions[i].target);

		if (mechanism && mechanism->is_session)
			return true;
	}
	return false;
}

int ladder_prepare(const struct features *features, const struct mechanism *forced,
		   struct exitgraph_bpf *skel, const struct attach_function *functions, size_t cnt)
{
	const struct mechanism *const *table;
	size_t table_cnt;

	leave_out_templates(skel);
	table = mechanism_table(&table_cnt);
	for (size_t m = 0; m < table_cnt; m++) {
		bool wanted = false;

		for (size_t i = 0; i < cnt && !wanted; i++)
			wanted = mechanism_is_for(m, features, forced, functions[i].target);
		if (wanted)
			table[m]->prepare(skel);
	}
	for (size_t i = 0; i < cnt; i++)
		if (!mechanism_of(features, forced, functions[i].target))
			return err_r(-ENOTSUP,
				     "%s cannot be traced: this kernel lacks %s (leave out "
				     "--clones)",
				     functions[i].target->name, mechanism_kprobe.needs);
	return 0;
}

/*
 * Those that are @special or not, are not attached yet, and for which row @m is a way, into @todo;
 * how many.
 */
static size_t collect(struct attaching *attaching, const struct mechanism *forced, size_t m,
		      bool special, struct attach_function **todo)
{
	size_t cnt = 0;

	for (size_t i = 0; i < attaching->cnt; i++) {
		struct attach_function *function = &attaching->functions[i];

		if (!function->attached &&
		    special == (special_of(function->target->name) != SPECIAL_NONE) &&
		    mechanism_is_for(m, attaching->features, forced, function->target))
			todo[cnt++] = function;
	}
	return cnt;
}

int ladder_attach(struct attaching *attaching, const struct mechanism *forced)
{
	_cleanup_free_ struct attach_function **todo = calloc(attaching->cnt + 1, sizeof(*todo));
	const struct mechanism *const *table;
	size_t table_cnt;
	int r = 0;

	if (!todo)
		return err_r(-ENOMEM, "no memory");
	table = mechanism_table(&table_cnt);
	/* The special ones first: a link alone takes longer when a thousand are attached already.
	 */
	for (size_t p = 0; !r && p < 2 * table_cnt; p++) {
		size_t m = p % table_cnt;
		size_t cnt = collect(attaching, forced, m, p < table_cnt, todo);

		if (!cnt)
			continue;
		r = table[m]->attach(attaching, todo, cnt);
		for (size_t i = 0; i < cnt; i++)
			if (todo[i]->error)
				log_debug("%s: not by %s: %s", todo[i]->target->name,
					  table[m]->name, strerror(-todo[i]->error));
	}
	return r == -ENOMEM ? err_r(r, "no memory") : r;
}

size_t ladder_mechanisms(const struct features *features, const struct mechanism *forced,
			 const struct attach_function *functions, size_t cnt,
			 const struct mechanism **out)
{
	size_t table_cnt, wanted[MECHANISMS_MAX] = { 0 }, out_cnt = 0;
	const struct mechanism *const *table = mechanism_table(&table_cnt);

	for (size_t i = 0; i < cnt; i++) {
		const struct mechanism *mechanism =
			mechanism_of(features, forced, functions[i].target);

		for (size_t m = 0; m < table_cnt; m++)
			wanted[m] += table[m] == mechanism;
	}
	for (;;) {
		size_t most = 0;

		for (size_t m = 1; m < table_cnt; m++)
			most = wanted[m] > wanted[most] ? m : most;
		if (!wanted[most])
			return out_cnt;
		wanted[most] = 0;
		out[out_cnt++] = table[most];
	}
}

/* What all functions are that @mechanism has attached, if they are of one kind. */
static const char *kind_of(const struct attach_function *functions, size_t cnt,
			   const struct mechanism *mechanism)
{
	bool clones = true, special = true;

	for (size_t i = 0; i < cnt; i++) {
		if (functions[i].mechanism != mechanism)
			continue;
		clones &= functions[i].target->is_clone;
		special &= special_of(functions[i].target->name) != SPECIAL_NONE;
	}
	return clones ? " (clones)" : special ? " (boundaries)" : "";
}

void ladder_names(const struct attach_function *functions, size_t cnt, char *text, size_t size)
{
	const struct mechanism *const *table;
	size_t table_cnt, used = 0, attached[MECHANISMS_MAX] = { 0 };

	table = mechanism_table(&table_cnt);
	for (size_t m = 0; m < table_cnt; m++)
		for (size_t i = 0; i < cnt; i++)
			attached[m] += functions[i].mechanism == table[m];
	*text = '\0';
	for (;;) {
		size_t most = 0;

		for (size_t m = 1; m < table_cnt; m++)
			most = attached[m] > attached[most] ? m : most;
		if (!attached[most] || used >= size)
			return;
		attached[most] = 0;
		used += snprintf(text + used, size - used, "%s%s%s", used ? ", " : "",
				 table[most]->name,
				 used ? kind_of(functions, cnt, table[most]) : "");
	}
}

void ladder_explain(const struct features *features, const struct mechanism *forced,
		    const struct attach_function *functions, size_t cnt)
{
	const struct mechanism *const *table;
	size_t table_cnt;

	table = mechanism_table(&table_cnt);
	for (size_t m = 0; m < table_cnt; m++) {
		bool missing = false, many = features->set_cnt >= table[m]->least;
		size_t n = 0;

		for (size_t i = 0; i < cnt; i++) {
			n += functions[i].mechanism == table[m];
			missing |= !forced && table[m]->takes(functions[i].target) &&
				   !(many && table[m]->offered(features));
		}
		if (n)
			log_debug("%zu functions attached by %s%s%s%s", n, table[m]->name,
				  kind_of(functions, cnt, table[m]),
				  table[m]->least ? ": for " : "",
				  table[m]->least ? table[m]->use : "");
		else if (missing && !many)
			log_debug("not by %s: there are fewer than %zu functions", table[m]->name,
				  table[m]->least);
		else if (missing)
			log_debug("not by %s: this kernel lacks %s", table[m]->name,
				  table[m]->needs);
	}
}
