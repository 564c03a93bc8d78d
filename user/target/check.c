// SPDX-License-Identifier: GPL-2.0
#include "target/check.h"

#include <errno.h>
#include <stdlib.h>

#include "target/requirements.h"
#include "util/cleanup.h"
#include "util/log.h"

int target_check(struct target_finding **out, size_t *cnt_out)
{
	_cleanup_(requirement_context_free) struct requirement_context context = { 0 };
	struct target_finding *findings;
	const struct requirement *table;
	size_t cnt;

	table = requirements_table(&cnt);
	findings = calloc(cnt, sizeof(*findings));
	if (!findings)
		return err_r(-ENOMEM, "no memory for the host's check");
	for (size_t i = 0; i < cnt; i++) {
		findings[i].name = table[i].name;
		table[i].ask(&context, &findings[i]);
	}
	*out = findings;
	*cnt_out = cnt;
	return 0;
}

int target_require(void)
{
	_cleanup_(requirement_context_free) struct requirement_context context = { 0 };
	const struct requirement *table;
	size_t cnt;

	table = requirements_table(&cnt);
	for (size_t i = 0; i < cnt; i++) {
		struct target_finding finding = { .name = table[i].name };

		table[i].ask(&context, &finding);
		if (finding.status == TARGET_FINDING_FAIL)
			return err_r(-ENOTSUP, "this host cannot be profiled: %s; %s",
				     finding.found, finding.remedy);
	}
	return 0;
}
