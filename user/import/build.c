// SPDX-License-Identifier: GPL-2.0
/*
 * Who is who: a trace knows no VMs and no vCPU ids. Tasks of one name are taken for the vCPUs
 * of one VM without a pid, numbered as they appear; tasks without a name by their CPU's number.
 */
#include "import/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "profile/reasons.h"
#include "profile/tree.h"

struct builder {
	struct trace *trace;
	struct recording *recording;
	u32 roles; /* of all tasks */
	int err;
};

static struct task *living(struct task *task)
{
	while (task->same)
		task = task->same;
	return task;
}

static bool has_exits(const struct task *task)
{
	for (size_t i = 0; i < EXIT_ROWS; i++) {
		if (task->exits[i])
			return true;
	}
	return false;
}

static enum isa isa_of(u32 roles)
{
	switch (roles & (ROLE_VMX | ROLE_SVM)) {
	case ROLE_VMX:
		return ISA_VMX;
	case ROLE_SVM:
		return ISA_SVM;
	default:
		return ISA_UNKNOWN;
	}
}

static int copy_stat(struct dist *dist, const struct stat *stat)
{
	int err = 0;

	dist->total_ns += stat->total_ns;
	if (!stat->calls)
		return 0;
	if (!dist->count || stat->min_ns < dist->min_ns)
		dist->min_ns = stat->min_ns;
	if (!dist->count || stat->max_ns > dist->max_ns)
		dist->max_ns = stat->max_ns;
	dist->count += stat->calls;
	for (u32 i = 0; i < XG_HIST_CHUNKS && !err; i++) {
		if (stat->chunk[i])
			err = hist_add_octave(&dist->hist, i, stat->chunk[i]->count);
	}
	return err;
}

static const struct stat *find_stat(const struct context *context, u32 row)
{
	const struct stat *stat = context->stats[row % STAT_LISTS];

	while (stat && stat->row != row)
		stat = stat->next;
	return stat;
}

/* The recording's function for @symbol. */
static u32 function_of(struct builder *b, struct symbol *symbol)
{
	char name[SYMBOL_TEXT_MAX + 1], module[SYMBOL_TEXT_MAX + 1] = "vmlinux";
	u32 length = symbol->length - symbol->name_length;

	if (symbol->trace == b->trace->number)
		return symbol->function;
	snprintf(name, sizeof(name), "%.*s", (int)symbol->name_length, symbol->text);
	if (length)
		snprintf(module, sizeof(module), "%.*s", (int)length - 3,
			 symbol->text + symbol->name_length + 2);
	if (recording_add_function(b->recording, name, module, &symbol->function))
		b->err = -ENOMEM;
	else
		symbol->trace = b->trace->number;
	return symbol->function;
}

/* The node for @context below @parent; NULL without memory. */
static struct node *copy_node(struct builder *b, const struct context *context,
			      struct reason *reason, struct node *parent)
{
	bool guest = context->symbol == b->trace->guest;
	struct node *node = NULL;

	if (tree_child(reason, parent, guest ? NODE_GUEST : NODE_CALL,
		       guest ? 0 : function_of(b, context->symbol), &node))
		b->err = -ENOMEM;
	return node;
}

/* Add all below @root that belongs to the reason of @row. Open calls have a stat, too. */
static void copy_tree(struct builder *b, const struct context *root, u32 row, struct reason *reason)
{
	const struct context *context = root->first_child;
	struct node *parent = NULL, *node;

	while (context && !b->err) {
		const struct stat *stat = find_stat(context, row);

		if (stat) {
			node = copy_node(b, context, reason, parent);
			if (!node)
				return;
			b->err = copy_stat(&node->dist, stat);
			if (context->first_child) {
				context = context->first_child;
				parent = node;
				continue;
			}
		}
		while (context != root && !context->next_sibling) {
			context = context->parent;
			parent = parent ? parent->parent : NULL;
		}
		if (context == root)
			return;
		context = context->next_sibling;
	}
}

static void add_exits(struct builder *b, const struct task *task, struct vcpu *vcpu)
{
	for (u32 row = 0; row < EXIT_ROWS && !b->err; row++) {
		const struct exits *exits = task->exits[row];
		struct reason *reason;

		if (!exits)
			continue;
		if (vcpu_add_reason(vcpu, exit_rows_code(&b->trace->rows, vcpu->isa, row),
				    &reason)) {
			b->err = -ENOMEM;
			return;
		}
		b->err = copy_stat(&reason->latency, &exits->latency);
		if (b->err)
			return;
		reason->cycle_cnt += exits->cycle_cnt;
		reason->cycle_ns += exits->cycle_ns;
		copy_tree(b, task->root, row, reason);
	}
}

static const char *vm_name(const struct task *task)
{
	if (task->pid == -1)
		return "(task not named)";
	return task->pid < -1 ? "<idle>" : task->name;
}

static int find_vm(struct builder *b, const struct task *task, u32 *vm)
{
	const char *name = vm_name(task);

	for (*vm = 0; *vm < b->recording->vm_cnt; (*vm)++) {
		if (!strcmp(b->recording->vms[*vm].name, name))
			return 0;
	}
	return recording_add_vm(b->recording, 0, name, vm);
}

static bool id_is_taken(const struct recording *recording, u32 vm, u32 id)
{
	recording_for_each_vcpu (vcpu, recording) {
		if (vcpu->vm == vm && vcpu->id == id)
			return true;
	}
	return false;
}

static struct vcpu *add_vcpu(struct builder *b, const struct task *task)
{
	struct vcpu *vcpu = NULL;
	u32 vm, id = 0;

	if (find_vm(b, task, &vm)) {
		b->err = -ENOMEM;
		return NULL;
	}
	if (task->pid < 0)
		id = task->first_cpu;
	while (id_is_taken(b->recording, vm, id))
		id++;
	if (recording_add_vcpu(b->recording, vm, id, isa_of(task->roles) ?: isa_of(b->roles),
			       &vcpu))
		b->err = -ENOMEM;
	else
		vcpu->tid = task->pid > 0 && task->pid <= INT32_MAX ? task->pid : 0;
	return vcpu;
}

/* @task, with all those that turned out to be the same. */
static void add_task(struct builder *b, struct task *task)
{
	struct vcpu *vcpu = NULL;

	for (struct task *t = b->trace->tasks; t && !b->err; t = t->next) {
		if (living(t) != task || !has_exits(t))
			continue;
		if (!vcpu)
			vcpu = add_vcpu(b, task);
		if (vcpu)
			add_exits(b, t, vcpu);
	}
}

int build_recording(struct trace *trace, struct recording *recording)
{
	struct builder b = { .trace = trace, .recording = recording };

	for (struct task *task = trace->tasks; task; task = task->next) {
		b.roles |= task->roles;
		living(task)->roles |= task->roles;
	}
	for (struct task *task = trace->tasks; task && !b.err; task = task->next) {
		if (!task->same)
			add_task(&b, task);
	}
	memcpy(recording->losses, trace->losses, sizeof(trace->losses));
	return b.err;
}
