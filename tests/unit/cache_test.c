// SPDX-License-Identifier: GPL-2.0
/* Entries of the cache, and what is done with them where somebody else has had a hand in them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "target/host_cache.h"
#include "util/cache.h"
#include "util/cleanup.h"

static const char *const modules[] = { "kvm", "kvm_amd" };

static char path[] = "/tmp/exitgraph-cache-test.XXXXXX";
static int dir = -1;

static int setup(void **state)
{
	if (!mkdtemp(path))
		return -1;
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return dir < 0;
}

static int teardown(void **state)
{
	unlinkat(dir, "entry", 0);
	close(dir);
	return rmdir(path);
}

static int read_entry(const char *key, char **body_out)
{
	size_t size;

	return cache_read(dir, "entry", key, body_out, &size);
}

static void an_entry_is_read_as_written(void **state)
{
	_cleanup_free_ char *body = NULL;
	size_t size;

	assert_int_equal(cache_write(dir, "entry", "key\n", "body", 4), 0);
	assert_int_equal(cache_read(dir, "entry", "key\n", &body, &size), 0);
	assert_int_equal(size, 4);
	assert_string_equal(body, "body");
}

static void the_key_must_be_the_same(void **state)
{
	char *body = NULL;

	assert_int_equal(cache_write(dir, "entry", "key", "body", 4), 0);
	assert_int_equal(read_entry("kez", &body), -ESTALE);
	assert_int_equal(read_entry("ke", &body), -ESTALE);
	assert_int_equal(read_entry("keyb", &body), -ESTALE);
	assert_int_equal(read_entry("", &body), -ESTALE);
	assert_null(body);
}

static void a_missing_entry_is_missing(void **state)
{
	char *body = NULL;

	unlinkat(dir, "entry", 0);
	assert_int_equal(read_entry("key", &body), -ENOENT);
	assert_null(body);
}

/* Each byte changed, and each length cut off: none of it may pass. */
static void damage_is_noticed(void **state)
{
	char text[256], *body = NULL;
	ssize_t size;
	int fd;

	assert_int_equal(cache_write(dir, "entry", "a key\n", "a body", 6), 0);
	fd = openat(dir, "entry", O_RDWR);
	size = read(fd, text, sizeof(text));
	assert_true(size > 12 && size < (ssize_t)sizeof(text));
	for (ssize_t i = 0; i < size; i++) {
		char other = text[i] ^ 1;

		assert_int_equal(pwrite(fd, &other, 1, i), 1);
		assert_int_equal(read_entry("a key\n", &body), -EBADMSG);
		assert_int_equal(pwrite(fd, &text[i], 1, i), 1);
	}
	assert_int_equal(pwrite(fd, "x", 1, size), 1);
	assert_int_equal(read_entry("a key\n", &body), -EBADMSG);
	for (ssize_t i = size; i-- > 0;) {
		assert_int_equal(ftruncate(fd, i), 0);
		assert_int_equal(read_entry("a key\n", &body), -EBADMSG);
	}
	close(fd);
	assert_null(body);
}

static void lengths_that_overflow_are_noticed(void **state)
{
	static const char text[] = "exitgraph cache 1 18446744073709551615 1 00000000\nab";
	char *body = NULL;
	int fd = openat(dir, "entry", O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	assert_int_equal(read_entry("a", &body), -EBADMSG);
	assert_null(body);
}

static void what_others_can_write_is_not_read(void **state)
{
	char *body = NULL;

	assert_int_equal(cache_write(dir, "entry", "key", "body", 4), 0);
	assert_int_equal(fchmodat(dir, "entry", 0660, 0), 0);
	assert_int_equal(read_entry("key", &body), -EPERM);
	assert_int_equal(fchmodat(dir, "entry", 0602, 0), 0);
	assert_int_equal(read_entry("key", &body), -EPERM);
	unlinkat(dir, "entry", 0);
	assert_int_equal(symlinkat("/etc/passwd", dir, "entry"), 0);
	assert_int_equal(read_entry("key", &body), -ELOOP);
	unlinkat(dir, "entry", 0);
	assert_int_equal(mkfifoat(dir, "entry", 0600), 0);
	assert_int_equal(read_entry("key", &body), -EPERM);
	unlinkat(dir, "entry", 0);
	assert_null(body);
}

static void writing_replaces_what_is_there(void **state)
{
	_cleanup_free_ char *body = NULL;

	assert_int_equal(symlinkat("/nowhere/else", dir, "entry"), 0);
	assert_int_equal(cache_write(dir, "entry", "key", "new", 3), 0);
	assert_int_equal(read_entry("key", &body), 0);
	assert_string_equal(body, "new");
}

static const char symbols[] = "0 T amd_pmu_init\n"
			      "0 d shared_with_data\n"
			      "0 d other_data\n"
			      "0 t kvm_cpuid\t[kvm]\n"
			      "0 t shared_with_data\t[kvm]\n"
			      "0 t twice\t[kvm]\n"
			      "0 d twice\t[kvm]\n"
			      "0 t in_both\t[kvm_amd]\n"
			      "0 t amd_pmu_init\t[kvm_amd]\n"
			      "0 t in_both\t[kvm]\n"
			      "0 t kvm_cpuid_2\t[kvm]\n"
			      "0 t kvm_cpuid_2\t[nf_tables]\n"
			      "0 t everywhere\t[kvm]\n"
			      "0 b everywhere\t[nf_tables]\n"
			      "0 r everywhere\t[sctp]\n";

static const char sites_text[] = "do_one_initcall\nkvm_cpuid [kvm]\nnft_do_chain [nf_tables]\n"
				 "amd_pmu_init [kvm_amd]\n";

static void make_sources(struct kallsyms **kallsyms, struct sites **sites)
{
	_cleanup_fclose_ FILE *a = fmemopen((void *)symbols, strlen(symbols), "r");
	_cleanup_fclose_ FILE *b = fmemopen((void *)sites_text, strlen(sites_text), "r");

	assert_int_equal(kallsyms_read(a, modules, ARRAY_SIZE(modules), kallsyms), 0);
	assert_int_equal(sites_read(b, modules, ARRAY_SIZE(modules), sites), 0);
}

/* The safety rule hangs on these counts. */
static void a_cached_host_counts_every_name_as_the_kernel_does(void **state)
{
	_cleanup_(kallsyms_free) struct kallsyms *before = NULL, *after = NULL;
	_cleanup_(sites_free) struct sites *sites = NULL, *sites_after = NULL;
	const struct kallsyms_function *functions;
	_cleanup_free_ char *text = NULL;
	size_t size, cnt, cnt_after;

	make_sources(&before, &sites);
	assert_int_equal(
		host_cache_format(before, sites, modules, ARRAY_SIZE(modules), &text, &size), 0);
	assert_null(strstr(text, "other_data"));
	assert_int_equal(host_cache_parse(text, size, modules, ARRAY_SIZE(modules), &after,
					  &sites_after),
			 0);
	functions = kallsyms_functions(before, &cnt);
	kallsyms_functions(after, &cnt_after);
	assert_int_equal(cnt, 8);
	assert_int_equal(cnt_after, cnt);
	for (size_t i = 0; i < cnt; i++) {
		struct kallsyms_name a, b;

		kallsyms_find(before, functions[i].name, &a);
		kallsyms_find(after, functions[i].name, &b);
		assert_int_equal(a.cnt, b.cnt);
		assert_string_equal(a.first_module, b.first_module);
		assert_string_equal(a.last_module, b.last_module);
	}
	assert_true(sites_have(sites_after, "kvm", "kvm_cpuid"));
	assert_false(sites_have(sites_after, "nf_tables", "nft_do_chain"));
	assert_int_equal(sites_find(sites_after, "kvm_amd", "amd_pmu_init")->line, 4);
	assert_int_equal(sites_find(sites, "kvm_amd", "amd_pmu_init")->line, 4);
}

static void what_is_no_cached_host_is_refused(void **state)
{
	static const char *const texts[] = { "", "\n", "\n\n", "0 t a [kvm]\n", "0 t a [kvm]\n\n" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		_cleanup_free_ char *text = strdup(texts[i]);
		struct kallsyms *kallsyms = NULL;
		struct sites *sites = NULL;

		assert_int_equal(host_cache_parse(text, strlen(text), modules, 2, &kallsyms,
						  &sites),
				 -EBADMSG);
		assert_null(kallsyms);
		assert_null(sites);
	}
}

/* A key of two modules whose directories are made here, in place of sysfs. */
static char *key_of(const char *boot, const char *loaded)
{
	char *key = NULL;

	assert_int_equal(host_key_of(boot, loaded, dir, &key), 0);
	return key;
}

static void the_hosts_key_changes_with_any_module(void **state)
{
	static const char *const others[][2] = {
		{ "boot-2", "kvm 10 1 - Live 0x0\nx 20 0 - Live 0x0\n" },
		{ "boot-1", "kvm 10 1 - Live 0x0\n" },
		{ "boot-1", "kvm 11 1 - Live 0x0\nx 20 0 - Live 0x0\n" },
		{ "boot-1", "kvm 10 1 - Live 0x0\nx 20 0 - Loading 0x0\n" },
		{ "boot-1", "kvm 10 1 - Live 0x0\ny 20 0 - Live 0x0\n" },
	};
	_cleanup_free_ char *key = NULL, *same = NULL, *again = NULL;
	char *none = NULL;

	mkdirat(dir, "kvm", 0700);
	mkdirat(dir, "x", 0700);
	mkdirat(dir, "y", 0700);
	key = key_of("boot-1\n", "kvm 10 1 - Live 0x0\nx 20 0 - Live 0x0\n");
	/* Who uses a module, and where it is, are no matter. */
	same = key_of("boot-1", "kvm 10 3 x, Live 0x1 (E)\nx 20 0 - Live 0x0\n");
	assert_string_equal(key, same);
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		_cleanup_free_ char *other = key_of(others[i][0], others[i][1]);

		assert_string_not_equal(key, other);
	}
	/* Loaded again: a new directory. Its number is not to be the old one's: keep that. */
	renameat(dir, "x", dir, "old");
	mkdirat(dir, "x", 0700);
	again = key_of("boot-1", "kvm 10 1 - Live 0x0\nx 20 0 - Live 0x0\n");
	assert_string_not_equal(key, again);
	assert_int_equal(host_key_of("boot-1", "unknown 10 1 - Live 0x0\n", dir, &none), -ENOENT);
	assert_int_equal(host_key_of("boot-1", "kvm ten\n", dir, &none), -EINVAL);
	assert_null(none);
	for (size_t i = 0; i < 4; i++)
		unlinkat(dir, ((const char *[]){ "kvm", "x", "y", "old" })[i], AT_REMOVEDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_entry_is_read_as_written),
		cmocka_unit_test(the_key_must_be_the_same),
		cmocka_unit_test(a_missing_entry_is_missing),
		cmocka_unit_test(damage_is_noticed),
		cmocka_unit_test(lengths_that_overflow_are_noticed),
		cmocka_unit_test(what_others_can_write_is_not_read),
		cmocka_unit_test(writing_replaces_what_is_there),
		cmocka_unit_test(a_cached_host_counts_every_name_as_the_kernel_does),
		cmocka_unit_test(what_is_no_cached_host_is_refused),
		cmocka_unit_test(the_hosts_key_changes_with_any_module),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
