// list.h: doubly linked lists whose links live inside the things they link, with a head that is a
// link itself.
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct list {
	struct list *next, *prev;
};

#define LIST_INIT(head) ((struct list){ &(head), &(head) })

static inline void list_init(struct list *head)
{
	head->next = head->prev = head;
}

static inline bool list_empty(const struct list *head)
{
	return head->next == head;
}

// Insert `item` after `where`: at the front of the list when `where` is its head.
static inline void list_add(struct list *where, struct list *item)
{
	item->next = where->next;
	item->prev = where;
	where->next->prev = item;
	where->next = item;
}

static inline void list_add_tail(struct list *head, struct list *item)
{
	list_add(head->prev, item);
}

// Take `item` out. It may be added again; it is left pointing at itself, so that a second removal
// does no harm.
static inline void list_remove(struct list *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	item->next = item->prev = item;
}

// The struct of type `type` whose field `member` is the link `ptr`.
#define list_entry(ptr, type, member) ((type *)((char *)(ptr) - (offsetof(type, member))))

#define list_first(head, type, member) list_entry((head)->next, type, member)

// Visit every entry; the body must not remove the entry it is at.
#define list_for_each(item, head, member)                                                 \
	for (item = list_first(head, __typeof__(*item), member); &item->member != (head); \
	     item = list_entry(item->member.next, __typeof__(*item), member))

// Visit every entry; the body may remove (and free) the entry it is at. `after` is a second
// variable of the same type.
#define list_for_each_safe(item, after, head, member)                         \
	for (item = list_first(head, __typeof__(*item), member),              \
	    after = list_entry(item->member.next, __typeof__(*item), member); \
	     &item->member != (head);                                         \
	     item = after, after = list_entry(item->member.next, __typeof__(*item), member))
