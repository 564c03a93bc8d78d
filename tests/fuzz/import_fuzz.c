// SPDX-License-Identifier: GPL-2.0
/*
 * Any bytes into the importer. What comes out must be a sound profile: no count or time may
 * overflow, no histogram hold more than there are calls, and every tree be one that the store
 * would take.
 *
 * With libFuzzer (clang -fsanitize=fuzzer) LLVMFuzzerTestOneInput() is all there is. Without,
 * the main below mutates the texts it is given and dumps of its own:
 *
 *	import_fuzz [-n EXECUTIONS] [-t SECONDS] [-s SEED] [FILE...]
 *
 * An input that crashes is in the file crash-import then, written before each execution.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "import/import.h"
#include "profile/tree.h"
#include "util/log.h"

#define TEXT_MAX 16384

#define require(condition)                                           \
	do {                                                         \
		if (!(condition)) {                                  \
			fprintf(stderr, "not so: %s\n", #condition); \
			abort();                                     \
		}                                                    \
	} while (0)

/* What is said about bad input is of no interest here. */
void log_print(enum log_level level, const char *format, ...)
{
}

static void check_dist(const struct dist *dist)
{
	require(dist->count <= INT64_MAX && dist->total_ns <= INT64_MAX);
	require(hist_values(&dist->hist) == dist->count);
	require(!dist->count || dist->min_ns <= dist->max_ns);
}

static void check_reason(const struct recording *recording, const struct reason *reason)
{
	u32 depth = 0;

	check_dist(&reason->latency);
	require(reason->cycle_ns <= INT64_MAX && reason->cycle_cnt <= INT64_MAX);
	require(reason->latency.count <= reason->cycle_cnt);
	for (const struct node *n = reason->first_child; n; n = tree_next(n, &depth)) {
		check_dist(&n->dist);
		require(depth < 512);
		require(n->kind == NODE_GUEST || n->kind == NODE_CALL);
		require(n->kind == NODE_CALL ? n->function < recording->function_cnt
					     : !n->first_child);
	}
}

static void check_profile(const struct profile *profile)
{
	profile_for_each_recording (recording, profile) {
		require(recording->first_line && recording->first_line <= recording->last_line);
		recording_for_each_vcpu (vcpu, recording) {
			require(vcpu->vm < recording->vm_cnt);
			vcpu_for_each_reason (reason, vcpu)
				check_reason(recording, reason);
		}
	}
}

/* In pieces of whole lines, as a file comes. */
static void import_pieces(struct import *import, const char *text, const char *end, size_t piece)
{
	while (text < end) {
		const char *stop = (size_t)(end - text) > piece ? text + piece : end;
		int err;

		stop = (const char *)memchr(stop, '\n', end - stop) ?: end - 1;
		text = import_lines(import, text, stop + 1, &err);
		require(!err);
		if (import_wants_ahead(import))
			import_ahead(import, text, end);
	}
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t size)
{
	struct profile *profile = NULL;
	struct import *import = NULL;
	u32 recordings;
	char *text;

	if (!size)
		return 0;
	text = calloc(1, size + IMPORT_PAD);
	require(text && !profile_new(&profile) && !import_new(profile, &import));
	memcpy(text, data, size);
	/* What is behind the text must not matter. */
	for (size_t i = 0; i < IMPORT_PAD; i++)
		text[size + i] = data[(data[0] + i) % size];
	require(!import_begin(import, "fuzz"));
	import_pieces(import, text, text + size, data[0] % 8 * 512 + 64);
	import_end(import, &recordings);
	require(recordings == profile_recording_cnt(profile));
	check_profile(profile);
	import_free(&import);
	profile_free(&profile);
	free(text);
	return 0;
}

#ifndef LIBFUZZER
/* Splitmix64. */
static u64 seed = 1;

static u64 pick(u64 limit)
{
	u64 x = seed += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return (x ^ x >> 31) % limit;
}

struct text {
	char *bytes;
	size_t length;
};

static struct text corpus[64];
static size_t corpus_cnt;

static void add_text(const char *bytes, size_t length)
{
	if (corpus_cnt == sizeof(corpus) / sizeof(corpus[0]) || !length)
		return;
	corpus[corpus_cnt].bytes = malloc(length);
	require(corpus[corpus_cnt].bytes);
	memcpy(corpus[corpus_cnt].bytes, bytes, length);
	corpus[corpus_cnt++].length = length;
}

static void add_file(const char *path)
{
	char *bytes = malloc(TEXT_MAX);
	FILE *file = fopen(path, "re");

	if (file && bytes)
		add_text(bytes, fread(bytes, 1, TEXT_MAX, file));
	else
		fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
	if (file)
		fclose(file);
	free(bytes);
}

/* Lines of every form, to be mixed with whatever else there is. */
static const char *const lines[] = {
	"# tracer: function_graph\n",
	"# CPU  DURATION                  FUNCTION CALLS\n",
	"#     TIME        CPU  TASK/PID         FUNCTION CALLS\n",
	" 0)               |  vcpu_enter_guest [kvm]() {\n",
	" 0)   0.080 us    |    svm_vcpu_run [kvm_amd]();\n",
	" 1)   0.080 us    |    svm_vcpu_run [kvm_amd]();\n",
	" 0)               |    svm_handle_exit [kvm_amd]() {\n",
	" 0) + 61.770 us   |      cpuid_interception [kvm_amd]();\n",
	" 0) * 33998.59 us |    }\n",
	" 0) $ 3594274 us  |  } /* vcpu_enter_guest [kvm] */\n",
	" 1) # 1837.709 us |  } /* vcpu_enter_guest [kvm] ret=0x1 */\n",
	" 1)   1.000 us    |  }\n",
	" 1)   0.100 us    |      deeper(a=1, b=\"x|y\");\n",
	" ------------------------------------------\n 0)  kvm-hel-2690  =>    <idle>-0   \n"
	" ------------------------------------------\n\n",
	" 1)  CPU 0/K-77  =>  kvm-hel-2690 \n",
	" 0)   ==========> |\n",
	"CPU:0 [LOST 12 EVENTS]\n",
	"##### CPU 2 buffer started ####\n",
	" 1234.567890 |   0)  qemu-77   |  d..1. |   0.080 us    |  f();\n",
	"   12 us |   0)  qemu-77   |               |  f() {\n",
	"   12 us |   0)  qemu-77   |   5.000 us    |  } (Overruns: 3)\n",
	"  CPU 0/KVM-77 [003] d..1.  1234.567890: funcgraph_entry:        0.080 us   |  g();\n",
	"  CPU 0/KVM-77 [003]  1234.567890: funcgraph_entry:                   |  g() {\n",
	"  CPU 0/KVM-77 [003]  1234.567890: funcgraph_exit:       + 12.080 us   |  }\n",
	"  CPU 0/KVM-77 [003]  1234.567890: kvm_exit:       reason CPUID\n",
	"  CPU 0/KVM-77 [003]  1234.567899: kvm_entry:      vcpu 0, rip 0x1\n",
	" 0)               |  /* kvm_entry: vcpu 0, rip 0x7026 */\n",
	" 1)               |      /* kvm_entry: vcpu 0 */\n",
	" 0)               |      /* kvm_exit: vcpu 0 reason npf rip 0x7025 info1 0x1 */\n",
	" 1)               |  /* kvm_exit: reason INVALID_STATE FAILED_VMENTRY 0x10000 rip 0x1 "
	"*/\n",
	" 1234.567890 |   0)  qemu-77   |               |  /* kvm_entry: vcpu 0, rip 0x1 */\n",
	" 1234.567895 |   0)  qemu-77   |               |  /* kvm_exit: reason 0x41 rip 0x1 */\n",
	" 1234.567896 |   0)  qemu-77   |   6.000 us    |  } /* vmx_vcpu_run [kvm_intel] */\n",
	" 1234.567889 |   0)  qemu-77   |               |  vmx_vcpu_run [kvm_intel]() {\n",
	"#  cycle 1 of 3: VM 4711 db, vCPU 0, CPUID, kept: slowest, latency 9.18 us\n",
	"\n",
	"Intel:\n",
	"```\n",
};

static const size_t line_cnt = sizeof(lines) / sizeof(lines[0]);

static struct text make_text(char *buffer)
{
	size_t length = 0;

	/* Mostly lines of a text that there is; else of all forms. */
	if (corpus_cnt && pick(4)) {
		const struct text *from = &corpus[pick(corpus_cnt)];
		size_t first = pick(from->length), cnt = 1 + pick(pick(50) ? 600 : TEXT_MAX / 2);

		length = cnt < from->length - first ? cnt : from->length - first;
		memcpy(buffer, from->bytes + first, length);
	}
	for (u64 n = pick(16); n && length < TEXT_MAX - 512; n--) {
		const char *line = lines[pick(line_cnt)];

		memcpy(buffer + length, line, strlen(line));
		length += strlen(line);
	}
	return (struct text){ buffer, length };
}

/* Change some bytes, cut something out, or say something twice. */
static void mutate(struct text *text)
{
	static const char bytes[] = "0123456789 |){}();/*+!#@$.us-=><[]\n\r\t`~_a\x80\xff";

	for (u64 n = pick(6); n && text->length > 2; n--) {
		size_t at = pick(text->length), cnt = 1 + pick(40);

		if (cnt > text->length - at)
			cnt = text->length - at;
		switch (pick(5)) {
		case 0:
			text->bytes[at] = bytes[pick(sizeof(bytes))];
			break;
		case 1:
			text->bytes[at] ^= 1 << pick(8);
			break;
		case 2:
			memmove(text->bytes + at, text->bytes + at + cnt, text->length - at - cnt);
			text->length -= cnt;
			break;
		case 3:
			if (text->length + cnt >= TEXT_MAX)
				break;
			memmove(text->bytes + at + cnt, text->bytes + at, text->length - at);
			text->length += cnt;
			break;
		case 4:
			memset(text->bytes + at, text->bytes[at], cnt);
			break;
		}
	}
}

/* What is run is where a crash leaves it. */
static char *open_crash_file(void)
{
	int fd = open("crash-import", O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	char *map;

	require(fd >= 0 && !ftruncate(fd, TEXT_MAX));
	map = mmap(NULL, TEXT_MAX, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	require(map != MAP_FAILED);
	close(fd);
	return map;
}

int main(int argc, char **argv)
{
	unsigned long long executions = 0, limit = 0, first_seed;
	time_t seconds = 0, start = time(NULL);
	char *buffer;
	int option;

	while ((option = getopt(argc, argv, "n:t:s:")) > 0) {
		if (option == 'n')
			limit = strtoull(optarg, NULL, 10);
		else if (option == 't')
			seconds = strtol(optarg, NULL, 10);
		else if (option == 's')
			seed = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	for (int i = optind; i < argc; i++)
		add_file(argv[i]);
	first_seed = seed;
	buffer = open_crash_file();
	while (!limit || executions < limit) {
		struct text text = make_text(buffer);

		if (!(executions & 255) && seconds && time(NULL) - start >= seconds)
			break;
		mutate(&text);
		LLVMFuzzerTestOneInput((unsigned char *)text.bytes, text.length);
		executions++;
	}
	unlink("crash-import");
	printf("%llu executions in %ld s from seed %llu, nothing found\n", executions,
	       (long)(time(NULL) - start), first_seed);
	return 0;
}
#endif
