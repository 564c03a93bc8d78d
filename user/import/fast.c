// SPDX-License-Identifier: GPL-2.0
#include "import/fast.h"

#include <string.h>

#include "import/calls.h"
#include "import/scan.h"

#define LIKELY(x)    __builtin_expect(!!(x), 1)
#define UNLIKELY(x)  __builtin_expect(!!(x), 0)

#define TIME_MAX     32
#define MIDDLE_MAX   64
#define DURATION_MAX 14 /* mark, number, "us", spaces; the bar comes next */
#define INDENT_MAX   (2 * STACK_MAX)
#define SPACES	     0x2020202020202020ULL
#define EVENT	     "funcgraph_" /* and entry or exit */

static inline u32 memo_index(const char *prefix, u32 length)
{
	u64 word = scan_load(prefix);

	if (length >= 8)
		word ^= scan_load(prefix + length - 8) * 3;
	else
		word &= (1ULL << (8 * length)) - 1;
	return word * 0x9e3779b97f4a7c15 >> 58;
}

_Static_assert(TIME_MAX + FAST_PREFIX_MAX + MIDDLE_MAX + DURATION_MAX + INDENT_MAX +
			       SYMBOL_TEXT_MAX + 64 <=
		       SCAN_PAD,
	       "no scan leaves what may be read");
_Static_assert(FAST_MEMOS == 1 << (64 - 58), "memo_index() gives 6 bits");

void fast_forget(struct fast *fast)
{
	memset(fast, 0, sizeof(*fast));
}

/* The form of @line, which begins at @text; false if it is none for the short way. */
static bool form_of(const char *text, const struct line *line, struct fast *form)
{
	const char *event;

	if (!line->prefix || !line->duration)
		return false;
	form->time_length = line->prefix - text;
	form->prefix_length = line->middle - line->prefix;
	form->middle_length = line->duration - line->middle;
	form->width = line->bar - line->duration;
	if (form->time_length > TIME_MAX || form->prefix_length > FAST_PREFIX_MAX ||
	    form->middle_length > MIDDLE_MAX)
		return false;
	event = form->middle_length ? memmem(line->middle, form->middle_length, EVENT, 8) : NULL;
	form->event_at = event ? event - line->middle : 0;
	form->clock_digits = line->clock_digits;
	form->clock_at = line->clock_digits ? line->clock_end - text : 0;
	return true;
}

void fast_learn(struct fast *fast, const char *text, const struct line *line, struct cpu *cpu,
		struct task *task)
{
	struct fast form = {};
	struct memo *memo;

	fast->on = false;
	if (!form_of(text, line, &form))
		return;
	if (form.time_length != fast->time_length || form.prefix_length != fast->prefix_length ||
	    form.middle_length != fast->middle_length || form.event_at != fast->event_at ||
	    form.width != fast->width || form.clock_at != fast->clock_at ||
	    form.clock_digits != fast->clock_digits)
		*fast = form;
	fast->on = true;
	memo = &fast->memos[memo_index(line->prefix, fast->prefix_length)];
	memcpy(memo->text, line->prefix, fast->prefix_length);
	memo->cpu = cpu;
	memo->task = line->task.text ? task : NULL;
	fast->last = memo;
}

/* "0.080 us    |": the number's fraction, from the point on, and its end; -1 if not so. */
static inline int read_fraction(const char *point, const char *bar)
{
	u32 digits = (u32)scan_load(point + 1) - 0x20303030; /* "000 " */
	const char *p = point + 4;

	/* Three digits and a space: no byte has a borrow, nor is it above 9. */
	if (UNLIKELY((digits & 0xfff0f0f0) | ((digits + 0x060606) & 0xf0f0f0)))
		return -1;
	if (UNLIKELY(p[1] != 'u' || p[2] != 's'))
		return -1;
	for (p += 3; p < bar; p++) {
		if (UNLIKELY(*p != ' '))
			return -1;
	}
	return (digits & 15) * 100 + (digits >> 8 & 15) * 10 + (digits >> 16 & 15);
}

/*
 * The duration from @p to @bar: 1 and *@ns_out, 0 if they are all spaces, -1 if they
 * are anything else, or not of three decimals.
 */
static inline int read_duration(const char *p, const char *bar, u64 *ns_out)
{
	const char *point = p + 2;
	u32 us = 0;
	int ns;

	if (UNLIKELY(*bar != '|'))
		return -1;
	if (scan_load(p) == SPACES)
		return scan_load(bar - 8) == SPACES ? 0 : -1;
	if (UNLIKELY(p[1] != ' '))
		return -1;
	while ((u8)(*point - '0') < 10)
		us = us * 10 + (u8)(*point++ - '0');
	if (UNLIKELY(*point != '.' || point == p + 2 || point > p + 2 + 4))
		return -1;
	ns = read_fraction(point, bar);
	*ns_out = (u64)us * 1000 + ns;
	return ns < 0 ? -1 : 1;
}

/* The time in front of the line at @text, in microseconds; 0 if there is none. */
static inline u64 read_clock(const struct fast *fast, const char *text)
{
	const char *point = text + fast->clock_at - fast->clock_digits - 1;
	u64 us = 0, scale = 1000000;

	if (!fast->clock_digits || *point != '.')
		return 0;
	for (u32 i = 1; i <= 6; i++)
		us = us * 10 + (u8)(point[i] - '0') % 10;
	for (const char *p = point; p > text && (u8)(p[-1] - '0') < 10; p--) {
		us += (u8)(p[-1] - '0') * scale;
		scale *= 10;
	}
	return us;
}

/* Whose line begins with @prefix; NULL if that was not seen before. */
static inline struct memo *find_memo(struct fast *fast, const char *prefix)
{
	struct memo *memo = fast->last;

	if (UNLIKELY(!scan_equal(prefix, memo->text, fast->prefix_length))) {
		memo = &fast->memos[memo_index(prefix, fast->prefix_length)];
		if (!memo->cpu || !scan_equal(prefix, memo->text, fast->prefix_length))
			return NULL;
		fast->last = memo;
	}
	return memo;
}

/*
 * The context of the call whose name begins at @name; NULL if its name is new. *@after is
 * what follows the name.
 */
static inline struct context *find_context(struct trace *trace, struct task *task, const char *name,
					   const char **after)
{
	struct context *inside = calls_inside(task), *guess = task->last->guess;
	struct symbol *symbol;
	u32 length;

	if (LIKELY(guess && guess->parent == inside)) {
		symbol = guess->symbol;
		length = symbol->length;
		if (LIKELY(name[length] == '(' && scan_equal(name, symbol->text, length))) {
			*after = name + length;
			return guess;
		}
	}
	length = scan_for(name, '(', SYMBOL_TEXT_MAX);
	if (length >= SYMBOL_TEXT_MAX)
		return NULL;
	symbol = symbol_find(trace->symbols, name, length, symbol_hash(name, length));
	*after = name + length;
	return symbol && inside ? calls_context(trace, task, symbol) : NULL;
}

/* Take the call at @p, behind the indentation; gives the next line, or NULL. */
static inline const char *take_call(struct trace *trace, struct cpu *cpu, struct task *task,
				    const char *p, u32 depth, bool timed, u64 ns)
{
	struct context *context;

	if (UNLIKELY(task->depth >= STACK_MAX || !task_fits(task, EVENT_ENTRY, depth)))
		return NULL;
	/* A root that is not at depth 0 may belong to another task. */
	if (UNLIKELY(!task->depth && depth))
		return NULL;
	context = find_context(trace, task, p, &p);
	if (UNLIKELY(!context))
		return NULL;
	if (timed) {
		if (UNLIKELY((scan_load(p) & 0xffffffff) != 0x0a3b2928)) /* "();\n" */
			return NULL;
		calls_whole(trace, task, context, depth, ns);
		return p + 4;
	}
	if (UNLIKELY((scan_load(p) & 0xffffffffff) != 0x0a7b202928)) /* "() {\n" */
		return NULL;
	calls_push(trace, task, context, depth);
	if (LIKELY(depth < ENTERED_MAX))
		cpu->entered[depth] = context->symbol;
	return p + 5;
}

/* Take the return at @p, the brace; gives the next line, or NULL. */
static inline const char *take_close(struct trace *trace, struct task *task, const char *p,
				     u32 depth, u64 ns)
{
	const struct context *context;

	if (UNLIKELY(!task_fits(task, EVENT_CLOSE, depth)))
		return NULL;
	if (LIKELY(p[1] == '\n')) {
		calls_pop(trace, task, ns);
		return p + 2;
	}
	context = task->stack[task->depth - 1].context;
	if (!context || (scan_load(p) & 0xffffffffff) != 0x202a2f207d) // "} /*"
		return NULL;
	p += 5;
	if (!scan_equal(p, context->symbol->text, context->symbol->length))
		return NULL;
	p += context->symbol->length;
	if ((scan_load(p) & 0xffffffff) != 0x0a2f2a20) // " */\n"
		return NULL;
	calls_pop(trace, task, ns);
	return p + 4;
}

static inline bool has_newline(const char *p, u32 length)
{
	return scan_for(p, '\n', length) < length;
}

/* The next line, or NULL if this one needs the long way; then nothing has changed. */
static inline const char *take_line(struct fast *fast, struct trace *trace, const char *p)
{
	static const char event[32] = EVENT;
	const char *first = p;
	struct memo *memo;
	struct task *task;
	u32 spaces;
	u64 ns = 0;
	int timed;

	if (fast->time_length) {
		if (p[fast->time_length - 1] != '|' || has_newline(p, fast->time_length))
			return NULL;
		p += fast->time_length;
	}
	memo = find_memo(fast, p);
	if (UNLIKELY(!memo))
		return NULL;
	task = memo->task ?: memo->cpu->task;
	p += fast->prefix_length;
	if (fast->middle_length) {
		if (!scan_equal(p + fast->event_at, event, strlen(EVENT)) ||
		    has_newline(p, fast->middle_length))
			return NULL;
		p += fast->middle_length;
	}
	timed = read_duration(p, p + fast->width, &ns);
	if (UNLIKELY(timed < 0))
		return NULL;
	p += fast->width + 1;
	spaces = scan_spaces(p, INDENT_MAX);
	if (UNLIKELY(spaces < 2 || spaces >= INDENT_MAX))
		return NULL;
	p += spaces;
	if (!timed)
		trace->clock_us = read_clock(fast, first);
	if (*p != '}')
		return take_call(trace, memo->cpu, task, p, (spaces - 2) / 2, timed, ns);
	return timed ? take_close(trace, task, p, (spaces - 2) / 2, ns) : NULL;
}

const char *fast_lines(struct fast *fast, struct trace *trace, const char *text, const char *end,
		       u64 *lines)
{
	u64 cnt = 0;

	fast->latest = NULL;
	while (text < end) {
		const char *next = take_line(fast, trace, text);

		if (!next)
			break;
		fast->latest = text;
		text = next;
		cnt++;
	}
	*lines += cnt;
	return text;
}
