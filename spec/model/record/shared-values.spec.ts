import { CharField, DateTimeField, GitModel, Model, SlugField } from 'gitmodel';
import { openWorkspace } from '../../support/workspaces';

@Model({ name: 'Note' })
class NoteModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ default: 'Untitled' }) title!: string;
}

@Model({ name: 'Event' })
class EventModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @DateTimeField() starts!: Date;
}

let made = 0;

@Model({ name: 'Ticket' })
class TicketModel extends GitModel {
  @SlugField({ id: true }) slug!: string;
  @CharField({ serialize: false, default: () => `session ${++made}` }) session!: string;
}

describe('Values that are read again', () => {
  it('belong to each instance, whatever another one makes of its own', async () => {
    const ws = await openWorkspace();
    const Note = ws.register(NoteModel);
    await new Note({ slug: 'a', title: 'A' }).save();
    await ws.index.writeTree();
    for (let time = 0; time < 3; time++) {
      const note = await Note.get('a');
      expect(note.title).toBe('A');
      note.title = 'B';
    }
  });

  it('are not shared when they can be changed', async () => {
    const ws = await openWorkspace();
    const Event = ws.register(EventModel);
    await new Event({ slug: 'a', starts: new Date(0) }).save();
    await ws.index.writeTree();
    for (let time = 0; time < 3; time++) {
      const event = await Event.get('a');
      expect(event.starts.getTime()).toBe(0);
      event.starts.setTime(1000);
    }
  });

  it('are made anew where they are not stored', async () => {
    const ws = await openWorkspace();
    const Ticket = ws.register(TicketModel);
    await new Ticket({ slug: 'a' }).save();
    await ws.index.writeTree();
    const sessions = [await Ticket.get('a'), await Ticket.get('a'), await Ticket.get('a')];
    expect(new Set(sessions.map(({ session }) => session)).size).toBe(3);
  });
});
