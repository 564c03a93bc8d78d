// SPDX-License-Identifier: GPL-2.0
#include "render/cycle_json.h"

#include <inttypes.h>

#include "profile/cycle_spans.h"
#include "profile/reasons.h"
#include "render/cycle_fields.h"
#include "render/cycle_list.h"
#include "render/cycle_rows.h"
#include "render/json_builder.h"
#include "render/json_number.h"

static json_t *hexadecimal(u64 value)
{
	char text[32];

	snprintf(text, sizeof(text), "0x%" PRIx64, value);
	return json_string(text);
}

/* The rows as a tree: each array of children is found by its depth. */
static json_t *tree(struct builder *b, const struct cycle_rows *rows)
{
	json_t *level[CYCLE_DEPTH_MAX + 2] = { json_array() };

	for (size_t i = 0; i < rows->cnt; i++) {
		const struct cycle_row *row = &rows->rows[i];
		json_t *object = json_object(), *children = json_array();

		set(b, object, "function",
		    json_string(kind_name(b->recording, row->kind, row->function)));
		set(b, object, "module",
		    json_string(kind_module(b->recording, row->kind, row->function)));
		set(b, object, "kind", json_string(node_kind_name(row->kind)));
		set(b, object, "from_ns", number(row->from_ns));
		set(b, object, "inclusive_ns", number(row->ns));
		set(b, object, "self_ns", number(row->self_ns));
		set(b, object, "latency_ns", number(row->latency_ns));
		set(b, object, "open_before", json_boolean(row->open_before));
		set(b, object, "open_after", json_boolean(row->open_after));
		set(b, object, "children", children);
		append(b, level[row->depth], object);
		/* Owned by the tree from here on. */
		level[row->depth + 1] = children;
	}
	return level[0];
}

static json_t *why_array(struct builder *b, u32 why)
{
	json_t *array = json_array();

	for (u32 bit = 1; bit <= CYCLE_WHY_ALL; bit <<= 1) {
		char text[CYCLE_WHY_TEXT_MAX];

		if (why & bit)
			append(b, array, json_string(cycle_why_text(bit, text)));
	}
	return array;
}

static json_t *cycle_object(struct builder *b, const struct cycle_item *item)
{
	const struct vm *vm = &b->recording->vms[item->vcpu->vm];
	const struct cycle *c = item->cycle;
	json_t *object = json_object();
	char name[REASON_NAME_MAX];
	struct cycle_rows rows;

	if (cycle_rows_fill(&rows, c, b->options->depth, b->options->min_share)) {
		b->no_memory = true;
		return object;
	}
	set(b, object, "reason", json_string(reason_name(item->vcpu->isa, c->code, name)));
	set(b, object, "code", hexadecimal(c->code));
	set(b, object, "kept", why_array(b, c->why));
	set(b, object, "pid", number(vm->pid));
	set(b, object, "vm", json_string(vm->name));
	set(b, object, "vcpu_id", number(item->vcpu->id));
	set(b, object, "tid", number(item->cycle->tid));
	set(b, object, "isa", json_string(isa_name(item->vcpu->isa)));
	set(b, object, "started_unix_ns", number(c->started_unix_ns));
	set(b, object, "started_mono_ns", number(c->started_mono_ns));
	set(b, object, "guest_ns", number(c->guest_ns));
	set(b, object, "latency_ns", number(c->latency_ns));
	set(b, object, "duration_ns", number(c->duration_ns));
	set(b, object, "self_ns", number(rows.self_ns));
	set(b, object, "hidden_nodes", number(rows.hidden));
	set(b, object, "cpu", number(c->cpu));
	for (size_t i = 0; i < CYCLE_FIELD_COUNT; i++)
		set(b, object, cycle_fields[i].key,
		    c->known & cycle_fields[i].known ? hexadecimal(cycle_field_value(i, c))
						     : json_null());
	set(b, object, "tree", tree(b, &rows));
	cycle_rows_clear(&rows);
	return object;
}

static void add_reason(struct builder *b, json_t *array, const struct group *group, u64 code)
{
	const struct report_options *options = b->options;
	struct cycle_list list;

	if (cycle_list_fill_group(&list, b->recording, group, code, options->cycle_why)) {
		b->no_memory = true;
		return;
	}
	if (options->slowest)
		cycle_list_sort_slowest(&list);
	for (size_t i = 0; i < list.cnt && (!options->cycle_cnt || i < options->cycle_cnt); i++)
		append(b, array, cycle_object(b, &list.items[i]));
	cycle_list_clear(&list);
}

json_t *cycle_json(const struct view *view, const struct report_options *options)
{
	struct builder b = { .recording = view->recording, .options = options };
	json_t *array = json_array();

	for (size_t i = 0; i < view->group_cnt; i++) {
		for (size_t k = 0; k < view->groups[i].reason_cnt; k++)
			add_reason(&b, array, &view->groups[i], view->groups[i].reasons[k]->code);
	}
	if (!b.no_memory)
		return array;
	json_decref(array);
	return NULL;
}
