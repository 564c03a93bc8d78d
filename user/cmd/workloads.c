// SPDX-License-Identifier: GPL-2.0
#include "cmd/workloads.h"

#include <stdio.h>

#include "util/cleanup.h"
#include "util/log.h"

const struct guest_workload *cmd_find_workload(const char *name)
{
	const struct guest_workload *workload = guest_workload_find(name);

	if (!workload)
		log_print(LOG_ERROR, "there is no workload '%s'; --list tells those there are",
			  name);
	return workload;
}

void cmd_print_workloads(bool all)
{
	const struct guest_left_out *left_out;
	const struct guest_workload *w;
	char svm[CMD_EXITS_MAX], vmx[CMD_EXITS_MAX];

	for (size_t i = 0; (w = guest_workload_at(i)); i++) {
		printf("%-28s %s", w->name, w->summary);
		if (w->alias)
			printf(" (also called %s)", w->alias);
		printf("\n%-28s exits: %s (AMD), %s (Intel)\n", "",
		       guest_workload_expects(w, GUEST_SVM, svm, sizeof(svm)),
		       guest_workload_expects(w, GUEST_VMX, vmx, sizeof(vmx)));
	}
	if (!all)
		return;
	printf("\nOf kvm-unit-tests' vmexit.c, this guest leaves out:\n");
	for (size_t i = 0; (left_out = guest_left_out_at(i)); i++)
		printf("%-28s %s\n", left_out->name, left_out->why);
}
