/* SPDX-License-Identifier: GPL-2.0 */
/* The built-in guest's workloads, as commands take and list them. */
#ifndef EXITGRAPH_CMD_WORKLOADS_H
#define EXITGRAPH_CMD_WORKLOADS_H

#include <stdbool.h>

#include "guest/workload.h"

#define CMD_EXITS_MAX 128 /* what guest_workload_expects() takes */

/* The workload of that name; NULL (said) if there is none. */
const struct guest_workload *cmd_find_workload(const char *name);

/* Print the table, and with @all what vmexit.c has beyond it. */
void cmd_print_workloads(bool all);

#endif
