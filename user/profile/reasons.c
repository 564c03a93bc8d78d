// SPDX-License-Identifier: GPL-2.0
/*
 * The names are those of arch/x86/include/uapi/asm/vmx.h (EXIT_REASON_x) and svm.h
 * (SVM_EXIT_x, SVM_VMGEXIT_x) of Linux 7.3.
 */
#include "profile/reasons.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct exit_code {
	u64 code;
	const char *name;
};

static const struct exit_code vmx_codes[] = {
	{ 0, "EXCEPTION_NMI" },
	{ 1, "EXTERNAL_INTERRUPT" },
	{ 2, "TRIPLE_FAULT" },
	{ 3, "INIT_SIGNAL" },
	{ 4, "SIPI_SIGNAL" },
	{ 6, "OTHER_SMI" },
	{ 7, "INTERRUPT_WINDOW" },
	{ 8, "NMI_WINDOW" },
	{ 9, "TASK_SWITCH" },
	{ 10, "CPUID" },
	{ 12, "HLT" },
	{ 13, "INVD" },
	{ 14, "INVLPG" },
	{ 15, "RDPMC" },
	{ 16, "RDTSC" },
	{ 18, "VMCALL" },
	{ 19, "VMCLEAR" },
	{ 20, "VMLAUNCH" },
	{ 21, "VMPTRLD" },
	{ 22, "VMPTRST" },
	{ 23, "VMREAD" },
	{ 24, "VMRESUME" },
	{ 25, "VMWRITE" },
	{ 26, "VMOFF" },
	{ 27, "VMON" },
	{ 28, "CR_ACCESS" },
	{ 29, "DR_ACCESS" },
	{ 30, "IO_INSTRUCTION" },
	{ 31, "MSR_READ" },
	{ 32, "MSR_WRITE" },
	{ 33, "INVALID_STATE" },
	{ 34, "MSR_LOAD_FAIL" },
	{ 36, "MWAIT_INSTRUCTION" },
	{ 37, "MONITOR_TRAP_FLAG" },
	{ 39, "MONITOR_INSTRUCTION" },
	{ 40, "PAUSE_INSTRUCTION" },
	{ 41, "MCE_DURING_VMENTRY" },
	{ 43, "TPR_BELOW_THRESHOLD" },
	{ 44, "APIC_ACCESS" },
	{ 45, "EOI_INDUCED" },
	{ 46, "GDTR_IDTR" },
	{ 47, "LDTR_TR" },
	{ 48, "EPT_VIOLATION" },
	{ 49, "EPT_MISCONFIG" },
	{ 50, "INVEPT" },
	{ 51, "RDTSCP" },
	{ 52, "PREEMPTION_TIMER" },
	{ 53, "INVVPID" },
	{ 54, "WBINVD" },
	{ 55, "XSETBV" },
	{ 56, "APIC_WRITE" },
	{ 57, "RDRAND" },
	{ 58, "INVPCID" },
	{ 59, "VMFUNC" },
	{ 60, "ENCLS" },
	{ 61, "RDSEED" },
	{ 62, "PML_FULL" },
	{ 63, "XSAVES" },
	{ 64, "XRSTORS" },
	{ 67, "UMWAIT" },
	{ 68, "TPAUSE" },
	{ 74, "BUS_LOCK" },
	{ 75, "NOTIFY" },
	{ 76, "SEAMCALL" },
	{ 77, "TDCALL" },
	{ 84, "MSR_READ_IMM" },
	{ 85, "MSR_WRITE_IMM" },
};

static const struct exit_code svm_codes[] = {
	{ 0x000, "READ_CR0" },
	{ 0x002, "READ_CR2" },
	{ 0x003, "READ_CR3" },
	{ 0x004, "READ_CR4" },
	{ 0x008, "READ_CR8" },
	{ 0x010, "WRITE_CR0" },
	{ 0x012, "WRITE_CR2" },
	{ 0x013, "WRITE_CR3" },
	{ 0x014, "WRITE_CR4" },
	{ 0x018, "WRITE_CR8" },
	{ 0x020, "READ_DR0" },
	{ 0x021, "READ_DR1" },
	{ 0x022, "READ_DR2" },
	{ 0x023, "READ_DR3" },
	{ 0x024, "READ_DR4" },
	{ 0x025, "READ_DR5" },
	{ 0x026, "READ_DR6" },
	{ 0x027, "READ_DR7" },
	{ 0x030, "WRITE_DR0" },
	{ 0x031, "WRITE_DR1" },
	{ 0x032, "WRITE_DR2" },
	{ 0x033, "WRITE_DR3" },
	{ 0x034, "WRITE_DR4" },
	{ 0x035, "WRITE_DR5" },
	{ 0x036, "WRITE_DR6" },
	{ 0x037, "WRITE_DR7" },
	{ 0x040, "EXCP_DE" },
	{ 0x041, "EXCP_DB" },
	{ 0x042, "EXCP_NMI" },
	{ 0x043, "EXCP_BP" },
	{ 0x044, "EXCP_OF" },
	{ 0x045, "EXCP_BR" },
	{ 0x046, "EXCP_UD" },
	{ 0x047, "EXCP_NM" },
	{ 0x048, "EXCP_DF" },
	{ 0x049, "EXCP_9" },
	{ 0x04a, "EXCP_TS" },
	{ 0x04b, "EXCP_NP" },
	{ 0x04c, "EXCP_SS" },
	{ 0x04d, "EXCP_GP" },
	{ 0x04e, "EXCP_PF" },
	{ 0x04f, "EXCP_15" },
	{ 0x050, "EXCP_MF" },
	{ 0x051, "EXCP_AC" },
	{ 0x052, "EXCP_MC" },
	{ 0x053, "EXCP_XM" },
	{ 0x054, "EXCP_VE" },
	{ 0x055, "EXCP_CP" },
	{ 0x056, "EXCP_22" },
	{ 0x057, "EXCP_23" },
	{ 0x058, "EXCP_24" },
	{ 0x059, "EXCP_25" },
	{ 0x05a, "EXCP_26" },
	{ 0x05b, "EXCP_27" },
	{ 0x05c, "EXCP_HV" },
	{ 0x05d, "EXCP_VC" },
	{ 0x05e, "EXCP_SX" },
	{ 0x05f, "EXCP_31" },
	{ 0x060, "INTR" },
	{ 0x061, "NMI" },
	{ 0x062, "SMI" },
	{ 0x063, "INIT" },
	{ 0x064, "VINTR" },
	{ 0x065, "CR0_SEL_WRITE" },
	{ 0x066, "IDTR_READ" },
	{ 0x067, "GDTR_READ" },
	{ 0x068, "LDTR_READ" },
	{ 0x069, "TR_READ" },
	{ 0x06a, "IDTR_WRITE" },
	{ 0x06b, "GDTR_WRITE" },
	{ 0x06c, "LDTR_WRITE" },
	{ 0x06d, "TR_WRITE" },
	{ 0x06e, "RDTSC" },
	{ 0x06f, "RDPMC" },
	{ 0x070, "PUSHF" },
	{ 0x071, "POPF" },
	{ 0x072, "CPUID" },
	{ 0x073, "RSM" },
	{ 0x074, "IRET" },
	{ 0x075, "SWINT" },
	{ 0x076, "INVD" },
	{ 0x077, "PAUSE" },
	{ 0x078, "HLT" },
	{ 0x079, "INVLPG" },
	{ 0x07a, "INVLPGA" },
	{ 0x07b, "IOIO" },
	{ 0x07c, "MSR" },
	{ 0x07d, "TASK_SWITCH" },
	{ 0x07e, "FERR_FREEZE" },
	{ 0x07f, "SHUTDOWN" },
	{ 0x080, "VMRUN" },
	{ 0x081, "VMMCALL" },
	{ 0x082, "VMLOAD" },
	{ 0x083, "VMSAVE" },
	{ 0x084, "STGI" },
	{ 0x085, "CLGI" },
	{ 0x086, "SKINIT" },
	{ 0x087, "RDTSCP" },
	{ 0x088, "ICEBP" },
	{ 0x089, "WBINVD" },
	{ 0x08a, "MONITOR" },
	{ 0x08b, "MWAIT" },
	{ 0x08c, "MWAIT_COND" },
	{ 0x08d, "XSETBV" },
	{ 0x08e, "RDPRU" },
	{ 0x08f, "EFER_WRITE_TRAP" },
	{ 0x090, "CR0_WRITE_TRAP" },
	{ 0x091, "CR1_WRITE_TRAP" },
	{ 0x092, "CR2_WRITE_TRAP" },
	{ 0x093, "CR3_WRITE_TRAP" },
	{ 0x094, "CR4_WRITE_TRAP" },
	{ 0x095, "CR5_WRITE_TRAP" },
	{ 0x096, "CR6_WRITE_TRAP" },
	{ 0x097, "CR7_WRITE_TRAP" },
	{ 0x098, "CR8_WRITE_TRAP" },
	{ 0x099, "CR9_WRITE_TRAP" },
	{ 0x09a, "CR10_WRITE_TRAP" },
	{ 0x09b, "CR11_WRITE_TRAP" },
	{ 0x09c, "CR12_WRITE_TRAP" },
	{ 0x09d, "CR13_WRITE_TRAP" },
	{ 0x09e, "CR14_WRITE_TRAP" },
	{ 0x09f, "CR15_WRITE_TRAP" },
	{ 0x0a2, "INVPCID" },
	{ 0x0a5, "BUS_LOCK" },
	{ 0x0a6, "IDLE_HLT" },
	{ 0x400, "NPF" },
	{ 0x401, "AVIC_INCOMPLETE_IPI" },
	{ 0x402, "AVIC_UNACCELERATED_ACCESS" },
	{ 0x403, "VMGEXIT" },
	{ 0x80000001, "VMGEXIT_MMIO_READ" },
	{ 0x80000002, "VMGEXIT_MMIO_WRITE" },
	{ 0x80000003, "VMGEXIT_NMI_COMPLETE" },
	{ 0x80000004, "VMGEXIT_AP_HLT_LOOP" },
	{ 0x80000005, "VMGEXIT_AP_JUMP_TABLE" },
	{ 0x80000010, "VMGEXIT_PSC" },
	{ 0x80000011, "VMGEXIT_GUEST_REQUEST" },
	{ 0x80000012, "VMGEXIT_EXT_GUEST_REQUEST" },
	{ 0x80000013, "VMGEXIT_AP_CREATION" },
	{ 0x80000018, "VMGEXIT_SNP_RUN_VMPL" },
	{ 0x8000001a, "VMGEXIT_SAVIC" },
	{ 0x8000fffd, "VMGEXIT_HV_FEATURES" },
	{ 0x8000fffe, "VMGEXIT_TERM_REQUEST" },
	{ 0x8000ffff, "VMGEXIT_UNSUPPORTED_EVENT" },
	{ 0xf0000000, "SW" },
	{ 0xffffffffffffffff, "ERR" },
};

static const struct exit_code reserved_codes[] = {
	{ REASON_NONE, "NONE" },
	{ REASON_INCOMPLETE, "INCOMPLETE" },
	{ REASON_CR, "CR_ACCESS" },
	{ REASON_DR, "DR_ACCESS" },
	{ REASON_DESCRIPTOR, "DESCRIPTOR_TABLE" },
	{ REASON_NESTED, "VMX_INSTRUCTION" },
	{ REASON_INVALID_OP, "INVALID_OP" },
	{ REASON_EMULATE, "EMULATE" },
};

/* What VMX says in the upper half of its exit reason beside the reason. */
static const struct exit_code vmx_flags[] = {
	{ VMX_FAILED_VMENTRY, " (VM entry failed)" },
	{ 1ULL << 26, " (bus lock)" },
	{ 1ULL << 27, " (in enclave)" },
};

static const char *find(const struct exit_code *codes, size_t cnt, u64 code)
{
	for (size_t i = 0; i < cnt; i++) {
		if (codes[i].code == code)
			return codes[i].name;
	}
	return NULL;
}

/* The name of @code, and in *@flags what is to be said beside it; NULL if it has none. */
static const char *base_name(enum isa isa, u64 code, u64 *flags)
{
	*flags = 0;
	if (code != UINT64_MAX && code & REASON_RESERVED)
		return find(reserved_codes, ARRAY_SIZE(reserved_codes), code);
	if (isa == ISA_SVM)
		return find(svm_codes, ARRAY_SIZE(svm_codes), code);
	for (size_t i = 0; i < ARRAY_SIZE(vmx_flags); i++)
		*flags |= code & vmx_flags[i].code;
	return find(vmx_codes, ARRAY_SIZE(vmx_codes), code & ~*flags);
}

const char *reason_name(enum isa isa, u64 code, char buffer[REASON_NAME_MAX])
{
	u64 flags;
	const char *name = base_name(isa, code, &flags);

	if (!name) {
		snprintf(buffer, REASON_NAME_MAX, isa == ISA_SVM ? "0x%" PRIx64 : "%" PRIu64, code);
		return buffer;
	}
	snprintf(buffer, REASON_NAME_MAX, "%s", name);
	for (size_t i = 0; i < ARRAY_SIZE(vmx_flags); i++) {
		size_t end = strlen(buffer);

		if (flags & vmx_flags[i].code)
			snprintf(buffer + end, REASON_NAME_MAX - end, "%s", vmx_flags[i].name);
	}
	return buffer;
}

/* Parse a whole number, decimal or 0x and hexadecimal; a leading 0 means nothing. */
static bool parse_code(const char *text, u64 *code)
{
	bool hex = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*code = strtoull(text, &end, hex ? 16 : 10);
	return !errno && !*end;
}

static bool find_name(const struct exit_code *codes, size_t cnt, const char *text, u64 *code)
{
	for (size_t i = 0; i < cnt; i++) {
		if (!strcmp(codes[i].name, text)) {
			*code = codes[i].code;
			return true;
		}
	}
	return false;
}

/* Cut VMX's flags off the end of @text. */
static u64 take_flags(char *text)
{
	u64 flags = 0;

	for (size_t i = ARRAY_SIZE(vmx_flags); i-- > 0;) {
		size_t length = strlen(text), end = strlen(vmx_flags[i].name);

		if (length <= end || strcmp(text + length - end, vmx_flags[i].name))
			continue;
		text[length - end] = '\0';
		flags |= vmx_flags[i].code;
	}
	return flags;
}

bool reason_find(enum isa isa, const char *text, size_t length, u64 *code)
{
	char copy[REASON_NAME_MAX];
	u64 flags = 0, number;
	bool known;

	if (length >= sizeof(copy))
		return false;
	memcpy(copy, text, length);
	copy[length] = '\0';
	if (isa == ISA_VMX)
		flags = take_flags(copy);
	if (isa == ISA_SVM)
		known = find_name(svm_codes, ARRAY_SIZE(svm_codes), copy, &number);
	else
		known = find_name(vmx_codes, ARRAY_SIZE(vmx_codes), copy, &number);
	/* Both have 32 bits of it. */
	if (!known && !(parse_code(copy, &number) && number <= UINT32_MAX))
		return false;
	*code = number | flags;
	return true;
}

bool reason_matches(enum isa isa, u64 code, const char *pattern)
{
	const char *prefix = isa == ISA_SVM ? "SVM_EXIT_" : "EXIT_REASON_";
	char buffer[REASON_NAME_MAX];
	const char *name;
	u64 number, flags;

	if (parse_code(pattern, &number))
		return number == code;
	if (!strncasecmp(pattern, prefix, strlen(prefix)))
		pattern += strlen(prefix);
	name = base_name(isa, code, &flags);
	if (name && !fnmatch(pattern, name, FNM_CASEFOLD))
		return true;
	return !fnmatch(pattern, reason_name(isa, code, buffer), FNM_CASEFOLD);
}
